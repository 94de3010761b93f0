"""What is asked of a page while it is measured: a probe that runs before the page's own scripts, and what it tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PROBE = """
(() => {
  const probe = window.fixedyetProbe = { heading: null, drawn: null, shift: 0, change: null, began: null, answered: null, last: 0 };
  const inWindow = (each) => {
    const box = each.getBoundingClientRect();
    return box.width > 0 && box.top < innerHeight && box.bottom > 0;
  };
  const pictures = () => [...document.querySelectorAll(".chart, .map-frame")].filter((each) => each.checkVisibility());
  probe.open = () => pictures().filter(inWindow).filter((each) => !each.querySelector(".main-svg, .leaflet-pane path"));
  probe.any = () => pictures().length;
  new PerformanceObserver((list) => list.getEntries().forEach((each) => { if (!each.hadRecentInput) { probe.shift += each.value; } }))
    .observe({ type: "layout-shift", buffered: true });
  const look = () => {
    const heading = document.querySelector("h1");
    if (probe.heading === null && heading && heading.checkVisibility()) {
      requestAnimationFrame(() => setTimeout(() => { probe.heading ??= performance.now(); }));
    }
    const page = document.querySelector("#page h1");
    const first = document.querySelector("#page .chart .main-svg, #page .leaflet-pane path");
    if (first && probe.drawn === null) { requestAnimationFrame(() => setTimeout(() => { probe.drawn ??= performance.now(); })); }
    if (page && !probe.page) {
      probe.page = true;
      const next = document.querySelector("#page .chart, #page .map-frame");
      if (next) { next.scrollIntoView({ block: "center" }); }
    }
  };
  new MutationObserver((changes) => {
    look();
    if (changes.some((each) => each.target.closest && each.target.closest("#page"))) { probe.last = performance.now(); }
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
})();
"""
"""Notes when the first heading and the first chart or map can be seen, how far things moved, and the last change of the page;
goes to the first chart or map as soon as it has a place, as a reader would who wants to see it."""

QUIET = 1500
"""Milliseconds without a change after which a page is taken to be done."""

SETTLED = f"""
() => {{
  const probe = window.fixedyetProbe;
  if (!probe || !probe.page || document.querySelector('[data-dash-is-loading="true"]')) {{ return false; }}
  if (probe.began !== null && probe.last <= probe.began) {{ return false; }}
  if (probe.open().length) {{ return false; }}
  if (performance.now() - probe.last < {QUIET}) {{ return false; }}
  if (probe.began !== null) {{
    const answers = performance.getEntriesByType("resource").filter((each) => each.name.includes("/_dash-update-component"));
    const last = answers.at(-1);
    if (!last || !last.responseEnd || probe.last < last.responseEnd) {{ return false; }}
    probe.change = probe.last - last.responseEnd;
  }}
  return true;
}}
"""
READ_FIRST = "() => ({ ...window.fixedyetProbe, pictures: window.fixedyetProbe.any() })"
BEGIN = "() => { performance.clearResourceTimings(); window.fixedyetProbe.began = performance.now(); }"
CHANGE = """
(query) => {
  const search = new URLSearchParams(location.search);
  new URLSearchParams(query).forEach((value, key) => search.set(key, value));
  history.pushState({}, "", location.pathname + "?" + search);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}
"""


@dataclass
class Readings:
    """What went over the line for one window."""

    page: Any
    bytes: int = 0
    requests: int = 0
    _kept: set[str] = field(default_factory=set)

    def from_memory(self, event: dict[str, Any]) -> None:
        """An answer that was never asked for again."""
        self._kept.add(event["requestId"])

    def answered(self, event: dict[str, Any]) -> None:
        """An answer's head; those that the browser kept on disk cost nothing."""
        if event["response"].get("fromDiskCache"):
            self._kept.add(event["requestId"])

    def finished(self, event: dict[str, Any]) -> None:
        """An answer that has come whole."""
        if event["requestId"] not in self._kept and event["encodedDataLength"] > 0:
            self.bytes += int(event["encodedDataLength"])
            self.requests += 1


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """The moments of a first visit, in milliseconds from its beginning."""

    heading_ms: float
    charts_ms: float | None
    shift: float


def read_first(told: dict[str, Any]) -> FirstSeen:
    """What the probe noted of a visit. Raises AssertionError where a page with charts drew none."""
    if told["pictures"] and told["drawn"] is None:
        raise AssertionError("nothing was drawn on a page that has charts or a map")
    return FirstSeen(float(told["heading"]), told["drawn"], float(told["shift"]))
