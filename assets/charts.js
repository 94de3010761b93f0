/* Charts are drawn when they come near the window, and all of them before a page is printed. */
(function () {
  "use strict";
  const CONFIG = { displaylogo: false, displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false, showTips: false };
  const ONE_WINDOW = "100% 0px";
  const charts = new Set(), near = new Set(), drawn = new WeakMap();

  const plotOf = (chart) => chart.querySelector(":scope > .plot");

  function say(chart, text) {
    const said = chart.querySelector(":scope > .empty");
    if (said) { said.remove(); }
    if (!text) { return; }
    const sentence = document.createElement("p");
    sentence.className = "empty";
    sentence.textContent = text;
    chart.append(sentence);
  }

  // Draws at once where the library is there; `text` is the figure as it was sent.
  function draw(chart) {
    const text = chart.dataset.figure;
    if (!window.Plotly || !chart.isConnected || !text || drawn.get(chart) === text) { return; }
    drawn.set(chart, text);
    let plot = plotOf(chart);
    if (!plot) {
      plot = document.createElement("div");
      plot.className = "plot";
      chart.append(plot);
    }
    const figure = JSON.parse(text);
    plot.style.height = chart.style.height;
    say(chart, "");
    window.Plotly.react(plot, figure.data, figure.layout, CONFIG);
  }

  const prepare = () => window.fixedyet.library("plotly");
  const drawSoon = (chart) => prepare().then(() => draw(chart), () => say(chart, chart.dataset.failed));

  const watcher = "IntersectionObserver" in window && new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) { near.add(entry.target); drawSoon(entry.target); } else { near.delete(entry.target); }
  }), { rootMargin: ONE_WINDOW });

  function found(chart) {
    if (charts.has(chart)) { if (near.has(chart) || !watcher) { drawSoon(chart); } return; }
    charts.add(chart);
    prepare().catch(() => undefined);  // the first chart that is near says that it failed
    if (watcher) { watcher.observe(chart); } else { drawSoon(chart); }
  }

  // The page has gone, or the element has become something else.
  function lost(chart) {
    charts.delete(chart);
    near.delete(chart);
    drawn.delete(chart);
    if (watcher) { watcher.unobserve(chart); }
    const plot = plotOf(chart);
    if (!plot) { return; }
    window.Plotly.purge(plot);
    plot.remove();
  }

  window.fixedyet.watch(".chart[data-figure]", "data-figure", found, lost);

  // For paper: all at once. Before print.js, which makes them small.
  window.addEventListener("beforeprint", () => charts.forEach(draw));
  window.fixedyet = Object.assign({}, window.fixedyet, { drawAllCharts: () => prepare().then(() => charts.forEach(draw)) });
})();
