/* Areas on a map: coloured by values, each a link that the keyboard reaches; or outlines only. */
(function () {
  "use strict";

  function stylesOf(told) {
    const { values, colours, none, edge } = told;
    return (feature) => {
      const found = values[feature.properties.name];
      const step = found ? found.step : null;
      return { fillColor: step === null || step === undefined ? none : colours[step], fillOpacity: 0.85, color: edge, weight: 1 };
    };
  }

  function dress(path, name, now) {
    const found = now.values[name];
    path.setAttribute("aria-label", found ? found.label : name + ": " + now.missing);
    path.setAttribute("role", found ? "link" : "img");
    if (found) { path.setAttribute("tabindex", "0"); } else { path.removeAttribute("tabindex"); }
  }

  function label(layer, name, now) {
    const found = now.values[name];
    layer.unbindTooltip();
    if (now.labelled && found && found.short) {
      layer.bindTooltip(found.short, { permanent: true, direction: "center", className: "area-label" });
    } else { layer.bindTooltip(found ? found.label : name + ": " + now.missing, { sticky: true }); }
  }

  function areas(map, told) {
    let now = told, drawn = null;
    const stop = new AbortController();
    const go = (name) => { if (now.values[name]) { window.fixedyet.follow(now.values[name].href); } };
    const each = (feature, layer) => {
      const name = feature.properties.name;
      label(layer, name, now);
      layer.on("click", () => go(name));
      layer.on("add", () => {
        dress(layer.getElement(), name, now);
        layer.getElement().addEventListener("keydown", (event) => {
          if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(name); }
        });
      });
    };
    window.fixedyet.fetched(told.shapes, stop.signal).then((shapes) => {
      drawn = window.L.geoJSON(shapes, { style: stylesOf(now), onEachFeature: each }).addTo(map);
    }).catch((error) => { if (error.name !== "AbortError") { throw error; } });
    return {
      update: (next) => {
        now = next;
        if (!drawn) { return; }
        drawn.setStyle(stylesOf(now));
        drawn.eachLayer((layer) => {
          const name = layer.feature.properties.name;
          dress(layer.getElement(), name, now);
          label(layer, name, now);
        });
      },
      remove: () => { stop.abort(); if (drawn) { drawn.remove(); } },
    };
  }

  // Outlines under other layers; the area that the page is about is marked.
  function outlines(map, told) {
    let now = told, drawn = null;
    const stop = new AbortController();
    const style = (feature) => {
      const here = feature.properties.name === now.area;
      return { color: now.edge, weight: here ? 3 : 1, opacity: here ? 0.9 : 0.35, fillColor: now.fill, fillOpacity: here ? 0.12 : 0 };
    };
    window.fixedyet.fetched(told.shapes, stop.signal).then((shapes) => {
      drawn = window.L.geoJSON(shapes, { style, interactive: false }).addTo(map);
      drawn.bringToBack();
    }).catch((error) => { if (error.name !== "AbortError") { throw error; } });
    return { update: (next) => { now = next; if (drawn) { drawn.setStyle(style); } }, remove: () => { stop.abort(); if (drawn) { drawn.remove(); } } };
  }

  Object.assign(window.fixedyet.layers, { areas, outlines });
})();
