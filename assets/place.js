/* Places: the browser's own position, asked for by a button and sent rounded; and the points of open requests on a map. */
(function () {
  "use strict";
  const DIGITS = 3;  // about 100 metres: the server rounds again
  const rounded = (degrees) => degrees.toFixed(DIGITS);

  function send(action, fields) {
    const form = document.createElement("form");
    form.method = "POST";
    form.action = action;
    form.hidden = true;
    Object.entries(fields).forEach(([name, value]) => {
      const field = document.createElement("input");
      field.type = "hidden"; field.name = name; field.value = value;
      form.append(field);
    });
    document.body.append(form);
    form.submit();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-locate]");
    if (!button) { return; }
    const status = button.parentElement.querySelector(".locate-status");
    const refuse = () => { button.disabled = false; status.textContent = button.dataset.refused; };
    if (!navigator.geolocation) { refuse(); return; }
    button.disabled = true;
    status.textContent = "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => send(button.dataset.locate, {
        ...JSON.parse(button.dataset.sent), latitude: rounded(coords.latitude), longitude: rounded(coords.longitude),
      }),
      refuse,
      { maximumAge: 600000, timeout: 20000 });
  });
  // Of no use without scripts, so the first HTML hides it.
  document.querySelectorAll("[hidden] > button[data-locate]").forEach((button) => { button.parentElement.hidden = false; });

  // Single requests, each with its sentence and a link to its page.
  function requests(map, told) {
    const group = window.L.layerGroup().addTo(map);
    const update = (now) => {
      group.clearLayers();
      for (const { latitude, longitude, label, href } of now.points) {
        window.L.circleMarker([latitude, longitude], { radius: 8, fillColor: now.fill, fillOpacity: 1, color: now.edge, weight: 2 })
          .bindTooltip(label).on("click", () => window.fixedyet.follow(href)).addTo(group);
      }
    };
    update(told);
    return { update, remove: () => group.remove() };
  }

  Object.assign(window.fixedyet.layers, { requests });
})();
