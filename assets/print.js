// On paper a report has its charts at the width of its columns and in the light colours, whatever the screen shows.
(function () {
  "use strict";
  const SIZE = { width: 338, height: 112 };
  const restored = [];

  // The same layout for a small sheet: size, type and margins.
  function small(layout) {
    const made = JSON.parse(JSON.stringify(layout));
    Object.assign(made, SIZE, { autosize: false, font: Object.assign({}, made.font, { size: 8.5 }) });
    made.margin = Object.assign({}, made.margin, { t: made.margin.t > 56 ? 50 : made.margin.t > 40 ? 40 : made.margin.t > 14 ? 27 : 8, b: made.margin.b > 20 ? 26 : made.margin.b });
    for (const axis of [made.xaxis, made.yaxis]) {
      if (!axis) continue;
      if (axis.tickfont) axis.tickfont.size = 8;
      if (axis.title && axis.title.font) Object.assign(axis.title, { standoff: 3, font: Object.assign({}, axis.title.font, { size: 8 }) });
    }
    for (const note of made.annotations || []) note.font = Object.assign({}, note.font, { size: 7.5 });
    return made;
  }

  function tokens() {
    const style = getComputedStyle(document.documentElement);
    const names = ["ground", "card", "text", "muted", "rule", "accent", "volume", "good", "late", "overdue", "wait-1", "wait-2", "wait-3", "wait-4", "wait-5"];
    return names.map((name) => style.getPropertyValue("--color-" + name).trim());
  }

  function rgb(hex) {
    return "rgb(" + [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(", ") + ")";
  }

  // Light colours for the time of printing; gives the table from each dark colour to its light one.
  function lighten() {
    const root = document.documentElement, chosen = root.getAttribute("data-mantine-color-scheme");
    const before = tokens();
    root.setAttribute("data-mantine-color-scheme", "light");
    restored.push(() => { if (chosen === null) root.removeAttribute("data-mantine-color-scheme"); else root.setAttribute("data-mantine-color-scheme", chosen); });
    const after = tokens();
    return new Map(before.map((colour, index) => [rgb(colour), after[index]]).filter(([from], index) => from !== rgb(after[index])));
  }

  function recolour(plot, table) {
    for (const element of plot.querySelectorAll("svg *")) {
      for (const property of ["fill", "stroke"]) {
        const light = table.get(element.style[property]);
        if (light) element.style[property] = light;
      }
    }
  }

  function address() {
    const footer = document.querySelector("#main ~ .bottom");
    if (!footer) return;
    const line = document.createElement("p");
    line.className = "on-paper paper-address";
    line.textContent = decodeURI(location.href);
    footer.append(" ", line);
    restored.push(() => line.remove());
  }

  function before() {
    if (!document.querySelector("#page .report") || !window.Plotly || restored.length) return;
    const table = lighten();
    address();
    for (const plot of document.querySelectorAll("#page .js-plotly-plot")) {
      if (!plot.layout) continue;
      const data = plot.data, layout = plot.layout;
      // parts of a chart are drawn when the promise is kept, still before the sheet is made
      Promise.resolve(window.Plotly.react(plot, data, small(layout), { responsive: false, displayModeBar: false })).then(() => { if (restored.length) recolour(plot, table); });
      restored.push(() => window.Plotly.react(plot, data, layout, { responsive: true, displayModeBar: false }));
    }
  }

  function after() {
    while (restored.length) restored.pop()();
  }

  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
})();
