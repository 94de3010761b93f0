/* The browser's part: address and controls in step, tables fetched when they are opened, small manners of the filter bar. */
(function () {
  "use strict";
  const none = () => window.dash_clientside.no_update;
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  // Charts are drawn for one scheme on the server: tell it which one before the page is asked for.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const tellScheme = () => {
    document.cookie = "scheme=" + (dark.matches ? "dark" : "light") + ";path=/;max-age=31536000;samesite=lax";
  };
  tellScheme();
  dark.addEventListener("change", () => { tellScheme(); window.location.reload(); });

  // As the server reads them: of a key that repeats the last value that can be read, and no first day after the last.
  const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text + "T00:00Z").toJSON()?.slice(0, 10) === text;
  const lastOf = (params, key, fits) => params.getAll(key).map((text) => text.trim().toLowerCase()).filter(fits).at(-1);

  function daysOf(params, config) {
    const from = lastOf(params, "from", isDay), to = lastOf(params, "to", isDay);
    const [first, last] = config.presets.all;
    if (!from && !to) { return null; }
    if ((from || first) <= (to || last)) { return [from || first, to || last]; }
    return from && to ? null : [from || to, from || to];
  }

  function controlsOf(params, config, ids) {
    const given = daysOf(params, config);
    const period = given ? "" : lastOf(params, "period", (text) => Object.hasOwn(config.presets, text)) || config.defaults.period;
    const [from, to] = given || config.presets[period];
    const origin = lastOf(params, "origin", (text) => config.origins.includes(text)) || config.defaults.origin;
    const values = ids.map((id) => {
      const known = config.lookup[id.index] || {};
      const texts = params.getAll(id.index).map((text) => text.trim().toLowerCase());
      return [...new Set(texts.filter((text) => Object.hasOwn(known, text)).map((text) => known[text]))].sort();
    });
    return { period, from, to, origin, values };
  }

  function writeAddress(params, moved, controls, config) {
    if (moved === "filter-period" && controls.period) {
      params.delete("from"); params.delete("to"); params.delete("period");
      if (controls.period !== config.defaults.period) { params.set("period", controls.period); }
    } else if (moved === "filter-from" || moved === "filter-to") {
      if (!controls.from || !controls.to) { return false; }
      params.delete("period");
      params.set("from", controls.from); params.set("to", controls.to);
    } else if (moved === "filter-origin") {
      params.delete("origin");
      if (controls.origin !== config.defaults.origin) { params.set("origin", controls.origin); }
    } else {
      const field = JSON.parse(moved).index;
      params.delete(field);
      controls.values[field].forEach((name) => params.append(field, name));
    }
    if (!params.has("city")) { params.set("city", config.city); }
    return true;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    fixedyet: {
      // The address moved: write only the controls. A control moved: write the address, and of the controls only
      // the dates of a chosen period, or that no period is chosen when a date was. Unknown keys are kept.
      sync: function (search, period, from, to, origin, values, ids, config) {
        const context = window.dash_clientside.callback_context;
        const moved = context.triggered.map((each) => each.prop_id.slice(0, each.prop_id.lastIndexOf(".")));
        const params = new URLSearchParams(search || "");
        const wanted = controlsOf(params, config, ids);
        const still = ids.map(() => none());
        const control = moved.find((id) => id !== "url");
        if (moved.length === 0 || moved.includes("url") || control === undefined) {
          const pick = (now, then) => (same(now, then) ? none() : then);
          return [none(), pick(period, wanted.period), pick(from, wanted.from), pick(to, wanted.to), pick(origin, wanted.origin),
            values.map((now, index) => (same([...(now || [])].sort(), wanted.values[index]) ? none() : wanted.values[index]))];
        }
        const byField = {};
        ids.forEach((id, index) => { byField[id.index] = [...(values[index] || [])].sort(); });
        const now = { period, from, to, origin, values: ids.map((id) => byField[id.index]) };
        if (same(now, wanted)) { return [none(), none(), none(), none(), none(), still]; }
        const wrote = writeAddress(params, control, { period, from, to, origin, values: byField }, config);
        const text = params.toString();
        const preset = control === "filter-period" && config.presets[period];
        const byDate = wrote && (control === "filter-from" || control === "filter-to");
        return [wrote ? (text ? "?" + text : "") : none(), byDate && period ? "" : none(),
          preset ? preset[0] : none(), preset ? preset[1] : none(), none(), still];
      },
      // A page is there: its name goes to the tab, and after a change of page the focus to its heading.
      arrive: function (shown, before) {
        document.title = shown.title;
        if (before && before.path !== shown.path) {
          window.scrollTo(0, 0);
          const heading = document.getElementById("heading");
          if (heading) { heading.focus({ preventScroll: true }); }
        }
        return shown;
      },
    },
  });

  // Tables of charts are fetched when they are opened, and again when the selection changes while they are open:
  // then the card is made anew, closed, so what was open on this page is remembered.
  const openTables = new Set();
  const nameOf = (details) => window.location.pathname + " " + details.dataset.table.split("?")[0];

  async function fillTable(details) {
    const slot = details.querySelector(".table-slot");
    const href = details.dataset.table;
    if (!slot || slot.dataset.filled === href) { return; }
    slot.dataset.filled = href;
    let text = "";
    try {
      const answer = await fetch(href, { headers: { Accept: "text/html" } });
      text = answer.ok ? await answer.text() : "";
    } catch (error) {
      text = "";
    }
    if (slot.dataset.filled !== href) { return; }
    if (text) { slot.innerHTML = text; } else { slot.dataset.filled = ""; slot.textContent = details.dataset.failed; }
  }
  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (!details.dataset || !details.dataset.table) { return; }
    if (details.open) { openTables.add(nameOf(details)); fillTable(details); } else { openTables.delete(nameOf(details)); }
  }, true);
  new MutationObserver((changes) => {
    const touched = changes.flatMap((change) => change.type === "attributes" ? [change.target] :
      [...change.addedNodes].flatMap((node) => node.querySelectorAll ? [...node.querySelectorAll("details[data-table]")] : []));
    touched.forEach((details) => {
      if (openTables.has(nameOf(details))) { details.open = true; }
      if (details.open) { fillTable(details); }
    });
  }).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-table"] });

  // Only one filter is open at a time; Escape and a click elsewhere close it.
  const openFilters = () => document.querySelectorAll("details.filter[open]");
  document.addEventListener("click", (event) => {
    openFilters().forEach((details) => { if (!details.contains(event.target)) { details.open = false; } });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") { return; }
    openFilters().forEach((details) => {
      details.open = false;
      details.querySelector("summary").focus();
    });
  });
  document.addEventListener("input", (event) => {
    const field = event.target.closest(".list-search");
    if (!field) { return; }
    const text = event.target.value.trim().toLowerCase();
    field.closest(".panel").querySelectorAll(".list .mantine-Checkbox-root").forEach((box) => {
      box.hidden = !box.textContent.toLowerCase().includes(text);
    });
  });
})();
