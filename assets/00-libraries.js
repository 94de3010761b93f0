/* Large libraries are loaded by the pages that need them, once, from the addresses that the document names. */
(function () {
  "use strict";
  const loading = {};

  // The library's script under its name in the document ("plotly", "leaflet"); a failure may be tried again.
  function library(name) {
    loading[name] ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.documentElement.dataset[name];
      script.addEventListener("load", done);
      script.addEventListener("error", () => { delete loading[name]; script.remove(); failed(new Error("not loaded: " + script.src)); });
      document.head.append(script);
    });
    return loading[name];
  }

  // Calls `found` with each element of a selector, those that come later too, and `lost` with those that go or fit no more.
  function watch(selector, attribute, found, lost) {
    const known = new Set();
    const look = (element) => { known.add(element); found(element); };
    const drop = (element) => { known.delete(element); lost(element); };
    document.querySelectorAll(selector).forEach(look);
    new MutationObserver((changes) => {
      for (const change of changes) {
        if (change.type === "attributes") {
          if (change.target.matches(selector)) { look(change.target); } else if (known.has(change.target)) { drop(change.target); }
        }
        for (const node of change.addedNodes) {
          if (node.nodeType !== Node.ELEMENT_NODE) { continue; }
          if (node.matches(selector)) { look(node); }
          node.querySelectorAll(selector).forEach(look);
        }
      }
      known.forEach((element) => { if (!element.isConnected) { drop(element); } });
    }).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: [attribute] });
  }

  window.fixedyet = Object.assign({}, window.fixedyet, { library, watch, layers: {} });
})();
