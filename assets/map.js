/* Maps: drawn from what a map's element says in data-map, its library loaded when a page has one. Each kind of layer is drawn by
   a function of `fixedyet.layers` (map-areas.js, map-cells.js, place.js): (map, told, element) -> { update(told), remove() }. */
(function () {
  "use strict";
  const maps = new Map();

  function follow(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  function fresh(element, told) {
    const ground = document.createElement("div");
    ground.className = "leaflet";
    ground.style.height = "100%";
    element.append(ground);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = window.L.map(ground, { attributionControl: Boolean(told.tiles), scrollWheelZoom: false, zoomAnimation: !still, fadeAnimation: !still, inertia: !still });
    if (told.tiles) { window.L.tileLayer(told.tiles[0], { attribution: told.tiles[1] }).addTo(map); }
    map.fitBounds(told.bounds, { animate: false });
    return { map, ground, layers: [], bounds: JSON.stringify(told.bounds) };
  }

  // Layers that only changed their values are told so: what is in the window and the focus stay.
  function draw(element) {
    if (!element.isConnected || !element.dataset.map) { return; }
    const told = JSON.parse(element.dataset.map);
    const held = maps.get(element).drawn ??= fresh(element, told);
    if (held.bounds !== JSON.stringify(told.bounds)) {
      held.bounds = JSON.stringify(told.bounds);
      held.map.fitBounds(told.bounds, { animate: false });
    }
    const signs = told.layers.map((each) => each.kind + " " + (each.shapes || ""));
    const same = signs.join() === held.layers.map((each) => each.sign).join();
    if (same) {
      held.layers.forEach((each, index) => each.layer.update(told.layers[index]));
    } else {
      held.layers.forEach((each) => each.layer.remove());
      held.layers = told.layers.map((each, index) => ({ sign: signs[index], layer: window.fixedyet.layers[each.kind](held.map, each, element) }));
    }
  }

  function found(element) {
    if (!maps.has(element)) { maps.set(element, {}); }
    window.fixedyet.library("leaflet").then(() => { if (maps.has(element)) { draw(element); } }, () => { element.textContent = element.dataset.failed; });
  }

  function lost(element) {
    const held = maps.get(element).drawn;
    maps.delete(element);
    if (!held) { return; }
    held.layers.forEach((each) => each.layer.remove());
    held.map.remove();
    held.ground.remove();
  }

  // GeoJSON by address; a layer that was removed meanwhile is not drawn.
  async function fetched(address, signal) {
    const answer = await fetch(address, { signal, headers: { Accept: "application/geo+json" } });
    if (!answer.ok) { throw new Error(answer.status + ": " + address); }
    return answer.json();
  }

  window.fixedyet = Object.assign({}, window.fixedyet, { follow, fetched });
  window.fixedyet.watch(".map-frame[data-map]", "data-map", found, lost);
})();
