/* Areas on a map: coloured by values, each a link that the keyboard reaches; or outlines only. */
(function () {
  "use strict";

  const FINEST = 12;  // finer outlines weigh more than a street is worth

  // Shapes as fine as the zoom of the map needs; finer ones are fetched when it is zoomed in, and `draw` is called with each.
  function shapesFor(map, address, draw) {
    const stop = new AbortController();
    let had = -1;
    const look = () => {
      const zoom = Math.min(FINEST, Math.max(0, Math.ceil(map.getZoom())));
      if (zoom <= had) { return; }
      had = zoom;
      window.fixedyet.fetched(address + "&zoom=" + zoom, stop.signal).then((shapes) => { if (zoom === had) { draw(shapes); } })
        .catch((error) => { if (error.name !== "AbortError") { had = -1; throw error; } });
    };
    look();
    map.on("zoomend", look);
    return () => { stop.abort(); map.off("zoomend", look); };
  }

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
    const stop = shapesFor(map, told.shapes, (shapes) => {
      const here = document.activeElement, focused = drawn && drawn.getLayers().find((layer) => layer.getElement() === here);
      if (drawn) { drawn.remove(); }
      drawn = window.L.geoJSON(shapes, { style: stylesOf(now), onEachFeature: each }).addTo(map);
      const again = focused && drawn.getLayers().find((layer) => layer.feature.properties.name === focused.feature.properties.name);
      if (again) { again.getElement().focus({ preventScroll: true }); }
    });
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
      remove: () => { stop(); if (drawn) { drawn.remove(); } },
    };
  }

  // Outlines under other layers; the area that the page is about is marked.
  function outlines(map, told) {
    let now = told, drawn = null;
    const style = (feature) => {
      const here = feature.properties.name === now.area;
      return { color: now.edge, weight: here ? 3 : 1, opacity: here ? 0.9 : 0.35, fillColor: now.fill, fillOpacity: here ? 0.12 : 0 };
    };
    const stop = shapesFor(map, told.shapes, (shapes) => {
      if (drawn) { drawn.remove(); }
      drawn = window.L.geoJSON(shapes, { style, interactive: false }).addTo(map);
      drawn.bringToBack();
    });
    return { update: (next) => { now = next; if (drawn) { drawn.setStyle(style); } }, remove: () => { stop(); if (drawn) { drawn.remove(); } } };
  }

  Object.assign(window.fixedyet.layers, { areas, outlines });
})();
