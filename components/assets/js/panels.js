// Panels and key figures of a page, drawn from stores that the server answers into. Shapes are those of
// components/panels.py.
//
// ngf.panelPage({path, store, answers, keys, every})   asks the server (by writing `store`) when the
//                                      address changes in one of `keys`, with the refresh (or after
//                                      `every()` milliseconds) once all stores of `answers` have come,
//                                      and when it is told to
// ngf.answered()                       the store that the running clientside callback draws has come
// ngf.panel(id, told)                  one panel
(function (ngf) {
  const el = ngf.element;
  const ANSWER_MS = 120000; // a question that long without an answer is asked again
  const MOST = 500; // rows of a table on screen
  const told = new Map();
  const pages = [];

  const titleOf = (id) => { const plot = document.getElementById(`${id}-plot`); const panel = plot && plot.closest("[data-title]"); return panel ? panel.dataset.title : "Chart"; };
  const swatch = ({ name, colour }) => {
    const [token, opacity] = colour.split(" / ");
    return el("span", {}, el("i", { style: `background:var(${token})${opacity ? `;opacity:${opacity}` : ""}`, "aria-hidden": "true" }), name);
  };

  ngf.panel = function (id, one) {
    const plot = document.getElementById(`${id}-plot`);
    if (!plot) return;
    told.set(id, one);
    const { figure, source, as_of: moment, reason, empty, last, unit } = one;
    const meta = figure.layout.meta || {};
    ngf.put(`${id}-src`, source, moment ? [", ", ngf.since(moment, { style: "age" })] : null);
    if (unit) ngf.put(`${id}-unit`, unit);
    ngf.put(`${id}-lg`, (meta.legend || []).map(swatch));
    ngf.put(`${id}-note`, empty ? null : reason);
    const note = document.getElementById(`${id}-note`);
    if (note) note.title = reason || "";
    ngf.put(`${id}-none`, empty ? [el("div", { class: "b5" }, reason || "No data in this range."), last ? el("div", {}, "Last sample ", ngf.since(last), " ago") : null] : null);
    plot.setAttribute("aria-label", `${titleOf(id)}: ${empty ? reason || "no data in this range" : meta.finding || ""}`);
    if (one.height) plot.style.height = `${one.height}px`;
    ngf.figures.show(`${id}-graph`, figure);
  };

  ngf.answered = function () {
    const [{ id }] = dash_clientside.callback_context.inputs_list;
    for (const answered of pages) answered(id);
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfPanels = {
    draw(answer) {
      if (!answer) return;
      for (const [id, one] of Object.entries(answer.panels || {})) ngf.panel(id, one);
      for (const [id, one] of Object.entries(answer.tiles || {})) ngf.tile(id, one);
      ngf.answered();
    },
  };

  // A question asked anew while it is computed would throw that away: a slow one would never appear.
  ngf.panelPage = function ({ path, store, answers, keys, every }) {
    const pause = every || (() => ngf.range.every());
    const shown = () => location.pathname === path;
    const watched = ["range", "cluster", "namespace", ...(keys || [])];
    const key = () => { const view = ngf.view.get(); return JSON.stringify(watched.map((one) => view[one] || "")); };
    const waiting = new Set(); // for the stores that have not come
    let last = null; // what was asked, once the page has been laid out and while it is shown
    let at = 0;
    let count = 0;

    function asked() {
      last = key();
      at = Date.now();
      for (const one of answers) waiting.add(one);
    }
    function ask() {
      count += 1;
      asked();
      dash_clientside.set_props(store, { data: Object.assign(ngf.view.get(), { count }) });
    }
    const here = () => shown() && last !== null;
    const again = () => { if (here()) ask(); };

    window.addEventListener("ngf:view", function () {
      if (!shown()) last = null;
      else if (last === null) { asked(); ngf.range.left(); ngf.range.draw(); } // the layout has asked for what it was opened with
      else if (last !== key()) ask();
    });
    window.addEventListener("ngf:refresh", again);
    window.addEventListener("ngf:changes", (event) => { if ((event.detail || []).some((change) => change.kind === "*")) again(); });
    window.addEventListener("ngf:second", function () {
      const wait = here() && pause();
      const age = Date.now() - at;
      if (wait && age >= (waiting.size ? ANSWER_MS : wait)) ask();
    });
    pages.push(function (answer) {
      if (here() && waiting.delete(answer) && !waiting.size) ngf.range.answered();
    });
  };

  /* The menu of a panel. */
  function save(name, type, text) {
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const quoted = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    const safe = typeof value === "string" && /^[=+\-@]/.test(text) ? `'${text}` : text; // or a spreadsheet runs it
    return /[",\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
  };
  const csv = ({ columns, rows }) => [columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
  const json = ({ columns, rows }) => JSON.stringify(rows.map((row) => Object.fromEntries(row.map((value, at) => [columns[at], value]))), null, 1);
  const cell = (value) => (value === null || value === undefined ? el("td", { class: "num t3" }, "no data") : typeof value === "number" ? el("td", { class: "num" }, value.toLocaleString("en", { maximumSignificantDigits: 6 })) : el("td", { class: "mono" }, String(value).replace(/^(\d{4}-\d\d-\d\d)T([\d:.]+)Z$/, "$1 $2")));

  function asTable(title, { columns, rows }, opener) {
    const more = rows.length - MOST;
    ngf.dialog(el("div", { class: "n-table" },
      el("div", { class: "n-dh" }, el("h2", { class: "grow" }, title), el("button", { type: "button", class: "n-ico", "aria-label": "Close", onclick: () => ngf.closeFloat() }, ngf.icon("x-lg"))),
      el("div", { class: "n-table-room", tabindex: "0", role: "region", "aria-label": `${title}, values` }, rows.length
        ? el("table", { class: "grid tight" }, el("thead", {}, el("tr", {}, columns.map((name, at) => el("th", { scope: "col", class: rows.some((row) => typeof row[at] === "number") ? "num" : null }, name === "time" ? "Time, UTC" : name)))), el("tbody", {}, rows.slice(0, MOST).map((row) => el("tr", {}, row.map(cell)))))
        : el("div", { class: "n-none" }, "No data in this range.")),
      more > 0 ? el("div", { class: "n-none" }, `${more} more rows are in CSV, Parquet and JSON.`) : null), { label: title, opener });
  }

  function grafana() {
    const { start, end } = ngf.range.get();
    const url = new URL(ngf.facts.grafana);
    url.searchParams.set("from", start.getTime());
    url.searchParams.set("to", end.getTime());
    const view = ngf.view.get();
    for (const name of view.cluster) url.searchParams.append("var-cluster", name);
    if (view.namespace) url.searchParams.set("var-namespace", view.namespace);
    return url.href;
  }

  function menu(button) {
    const id = button.dataset.panelMenu;
    const one = told.get(id);
    const title = titleOf(id);
    const file = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const values = () => (one ? ngf.figures.table(one.figure) : { columns: [], rows: [] });
    const item = (icon, label, run) => el("button", { type: "button", class: "n-item", role: "menuitem", onclick() { ngf.closeFloat(); run(); } }, ngf.icon(icon), label);
    const node = el("div", { "data-arrows": "1" },
      item("table", "Show as table", () => asTable(title, values(), button)),
      item("filetype-csv", "CSV", () => save(`${file}.csv`, "text/csv", csv(values()))),
      item("file-earmark-binary", "Parquet", () => dash_clientside.set_props("panel-export", { data: Object.assign({ name: file, at: Date.now() }, values()) })),
      item("filetype-json", "JSON", () => save(`${file}.json`, "application/json", json(values()))),
      item("link-45deg", "Copy link", ngf.copyLink),
      ngf.facts && ngf.facts.grafana ? el("a", { class: "n-item", role: "menuitem", href: grafana(), target: "_blank", rel: "noopener", onclick: () => ngf.closeFloat(true) }, ngf.icon("box-arrow-up-right"), "Open in Grafana") : null);
    ngf.float(button, node, { label: `Menu of ${title}`, role: "menu", right: true });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-panel-menu]");
    if (button) menu(button);
  });
})(window.ngf = window.ngf || {});
