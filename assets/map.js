/* The areas of the map: colour from the values of the hideout, and each area a link that the keyboard reaches. */
(function () {
  "use strict";
  let focused = null;

  function style(feature, context) {
    const { values, colours, none, edge } = context.hideout;
    const found = values[feature.properties.name];
    const step = found ? found.step : null;
    return { fillColor: step === null || step === undefined ? none : colours[step], fillOpacity: 0.85, color: edge, weight: 1 };
  }

  function dress(path, name, found, missing) {
    const label = found ? found.label : name + ": " + missing;
    path.setAttribute("aria-label", label);
    if (!found) { path.setAttribute("role", "img"); return; }
    path.setAttribute("tabindex", "0");
    path.setAttribute("role", "link");
    path.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); follow(found.href); }
    });
    path.addEventListener("focus", () => { focused = name; });
    path.addEventListener("blur", () => { if (document.contains(path)) { focused = null; } });
    if (focused === name) { path.focus({ preventScroll: true }); }  // paths are made anew when the values change
  }

  function follow(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function each(feature, layer, context) {
    const name = feature.properties.name;
    const found = context.hideout.values[name];
    if (context.hideout.labelled && found && found.short) {
      layer.bindTooltip(found.short, { permanent: true, direction: "center", className: "area-label" });
    } else { layer.bindTooltip(found ? found.label : name + ": " + context.hideout.missing, { sticky: true }); }
    layer.on("add", () => { if (layer.getElement()) { dress(layer.getElement(), name, found, context.hideout.missing); } });
    layer.on("click", () => { if (found) { follow(found.href); } });
  }

  window.fixedyet = Object.assign({}, window.fixedyet, { areaStyle: style, eachArea: each, follow });
})();
