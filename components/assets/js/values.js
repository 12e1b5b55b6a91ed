// What a panel shows as values: its menu gives them as a table, as CSV, Parquet or JSON, and leads
// elsewhere. Shapes are those of `values` in components/panels.py.
//
// ngf.values(id, make)     `make()` gives what the panel of the menu `id` shows, when it is asked for
// ngf.allValues(answer)    the values of each table of an answer, by the id of their menu
// ngf.grafana()            the dashboard of the settings, for what is looked at
// ngf.saveFile(name, type, text)   a file to keep
// ngf.filesMenu(button, save)   formats to choose from; `save(format)` is told which
(function (ngf) {
  const el = ngf.element;
  const MOST = 500; // rows of a table on screen
  const NONE = { columns: [], rows: [] };
  const told = new Map();

  ngf.values = (id, make) => told.set(id, make);
  ngf.allValues = function (answer) {
    for (const [id, one] of Object.entries(answer.values || {})) ngf.values(id, () => one);
  };

  // Key figures: the number that each rounds, where it is told, else the one that stands there.
  function figures(row) {
    const columns = ["figure", "name", "value", "shown", "note", "source", "as_of"];
    const numeric = (text) => (/^[\d,]+(\.\d+)?$/.test(text) ? Number(text.replace(/,/g, "")) : null);
    const rows = [...row.querySelectorAll(".kpi")].map(function (node) {
      const label = node.querySelector(".l").firstChild.textContent;
      const one = ngf.tiles.get(node.querySelector(".v [id]").id.replace(/-v$/, ""));
      if (!one) return [label, null, null, null, null, null, null];
      const [name, number] = one.exact || [null, one.value === null ? null : numeric(one.value)];
      const shown = one.value === null ? null : [one.value, one.unit].filter(Boolean).join(" ");
      return [label, name, number, shown, one.note.map(([text]) => text).join("") || null, one.source || null, one.as_of || null];
    });
    return { columns, rows };
  }

  // What stood elsewhere, or of another pool, is not given for what is not there yet.
  let place = null;
  window.addEventListener("ngf:view", function ({ detail: view }) {
    const now = [location.pathname, view.cluster, view.namespace, view.pool].join(" ");
    if (place !== null && place !== now) told.clear();
    place = now;
  });

  /* Files. */
  const save = (ngf.saveFile = function (name, type, text) {
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });

  const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/; // or a spreadsheet runs it
  const quoted = (value) => (value === null || value === undefined ? "" : typeof value !== "string" ? String(value) : `"${FORMULA.test(value) ? "'" : ""}${value.replace(/"/g, '""')}"`);
  const csv = ({ columns, rows }) => [columns, ...rows].map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
  const facts = ({ source, as_of, window: ends, reason }) => ({ source: source || null, as_of: as_of || null, window: ends || null, reason: reason || null });
  const json = (one) => JSON.stringify(Object.assign(facts(one), { items: one.rows.map((row) => Object.fromEntries(row.map((value, at) => [one.columns[at], value]))) }), null, 1);
  const nameOf = (title) => title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const fileOf = (title) => `${ngf.facts.demo ? "ngf-console-demo" : "ngf-console"}-${nameOf(title)}`;

  /* On screen. */
  const cell = (value) => (value === null || value === undefined ? el("td", { class: "num t3" }, "no data") : typeof value === "number" ? el("td", { class: "num" }, value.toLocaleString("en", { maximumSignificantDigits: 6 })) : el("td", { class: "mono" }, String(value).replace(/^(\d{4}-\d\d-\d\d)T([\d:.]+)(Z|\+00:00)$/, "$1 $2")));

  function asTable(title, { columns, rows, reason }, opener) {
    const more = rows.length - MOST;
    ngf.dialog(el("div", { class: "n-table" },
      el("div", { class: "n-dh" }, el("h2", { class: "grow" }, title), el("button", { type: "button", class: "n-ico", "aria-label": "Close", onclick: () => ngf.closeFloat() }, ngf.icon("x-lg"))),
      el("div", { class: "n-table-room", tabindex: "0", role: "region", "aria-label": `${title}, values` }, rows.length
        ? el("table", { class: "grid tight" }, el("thead", {}, el("tr", {}, columns.map((name, at) => el("th", { scope: "col", class: rows.some((row) => typeof row[at] === "number") ? "num" : null }, name === "time" ? "Time, UTC" : name)))), el("tbody", {}, rows.slice(0, MOST).map((row) => el("tr", {}, row.map(cell)))))
        : el("div", { class: "n-none" }, reason || "No data in this range.")),
      more > 0 ? el("div", { class: "n-none" }, `${more} more rows are in CSV, Parquet and JSON.`) : null), { label: title, opener });
  }

  ngf.grafana = function () {
    const { start, end } = ngf.range.get();
    const url = new URL(ngf.facts.grafana);
    url.searchParams.set("from", start.getTime());
    url.searchParams.set("to", end.getTime());
    const view = ngf.view.get();
    for (const name of view.cluster) url.searchParams.append("var-cluster", name);
    for (const name of ["namespace", "pool"]) if (view[name]) url.searchParams.set(`var-${name}`, view[name]);
    return url.href;
  };

  function menu(button) {
    const { panelMenu: id, title } = button.dataset;
    const file = fileOf(title);
    const row = button.closest(".kpis");
    const values = () => (row ? figures(row) : told.has(id) ? told.get(id)() : NONE);
    const parquet = (one) => dash_clientside.set_props("panel-export", { data: Object.assign(facts(one), { name: nameOf(title), columns: one.columns, rows: one.rows, at: Date.now() }) });
    const item = (icon, label, run) => el("button", { type: "button", class: "n-item", role: "menuitem", onclick() { ngf.closeFloat(); run(); } }, ngf.icon(icon), label);
    const node = el("div", { "data-arrows": "1" },
      item("table", "Show as table", () => asTable(title, values(), button)),
      item("filetype-csv", "CSV", () => save(`${file}.csv`, "text/csv", csv(values()))),
      item("file-earmark-binary", "Parquet", () => parquet(values())),
      item("filetype-json", "JSON", () => save(`${file}.json`, "application/json", json(values()))),
      item("link-45deg", "Copy link", ngf.copyLink),
      ngf.facts && ngf.facts.grafana ? el("a", { class: "n-item", role: "menuitem", href: ngf.grafana(), target: "_blank", rel: "noopener", onclick: () => ngf.closeFloat(true) }, ngf.icon("box-arrow-up-right"), "Open in Grafana") : null);
    ngf.float(button, node, { label: `Menu of ${title}`, role: "menu", right: true });
  }

  ngf.filesMenu = function (button, save) {
    const item = ([format, icon, label]) => el("button", { type: "button", class: "n-item", role: "menuitem", onclick() { ngf.closeFloat(); save(format); } }, ngf.icon(icon), label);
    const { note } = button.dataset;
    ngf.float(button, el("div", { "data-arrows": "1" }, [["csv", "filetype-csv", "CSV"], ["parquet", "file-earmark-binary", "Parquet"], ["json", "filetype-json", "JSON"]].map(item), note ? el("div", { class: "n-none" }, note) : null), { label: button.textContent, role: "menu", right: true });
  };

  document.addEventListener("click", function (event) {
    const found = (selector) => event.target.closest && event.target.closest(selector);
    const [panel, files] = [found("[data-panel-menu]"), found("[data-files]")];
    if (panel) menu(panel);
    else if (files) ngf.filesMenu(files, (format) => dash_clientside.set_props(files.dataset.files, { data: { format, at: Date.now() } }));
  });
})(window.ngf = window.ngf || {});
