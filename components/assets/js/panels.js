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
  const pages = [];

  const titleOf = (id) => { const plot = document.getElementById(`${id}-plot`); const panel = plot && plot.closest("[data-title]"); return panel ? panel.dataset.title : "Chart"; };
  const swatch = ({ name, colour }) => {
    const [token, opacity] = colour.split(" / ");
    return el("span", {}, el("i", { style: `background:var(${token})${opacity ? `;opacity:${opacity}` : ""}`, "aria-hidden": "true" }), name);
  };

  ngf.panel = function (id, one) {
    const plot = document.getElementById(`${id}-plot`);
    if (!plot) return;
    ngf.values(id, () => Object.assign(ngf.figures.table(one.figure), one));
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
      ngf.allValues(answer);
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
})(window.ngf = window.ngf || {});
