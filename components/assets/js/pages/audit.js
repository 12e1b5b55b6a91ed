// The audit page: filters in the address, rows that open a drawer, the drawer itself.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/audit";
  const ICONS = { ok: "check-circle-fill", err: "x-octagon-fill" };
  const grid = () => { try { return window.dash_ag_grid.getApi("audit-grid"); } catch (error) { return null; } };
  const here = () => location.pathname === HERE;
  let asked = null;
  let opener = null;

  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  cells.NgfWhen = ({ data, value }) => (data ? window.React.createElement("time", { className: "n-age t2", dateTime: value }) : null);

  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.ngfAuditId = (params) => String(params.data.id);

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfAudit = {
    act(q, outcome, verb) {
      if (here()) ngf.view.set({ q: (q || "").trim(), outcome: outcome === "any" ? "" : outcome, verb: verb === "any" ? "" : verb }, { replace: true });
    },
    show(view) {
      const none = dash_clientside.no_update;
      if (!view || view.path !== HERE) return [none, none, none];
      const now = JSON.stringify([view.q, view.outcome, view.verb, view.cluster, view.namespace]);
      const api = grid();
      if (api && asked !== null && asked !== now) api.purgeInfiniteCache();
      asked = now;
      return [view.q || "", (view.outcome || [])[0] || "any", view.verb || "any"];
    },
    drawer(record) {
      const room = document.getElementById("audit-drawer");
      if (room) room.replaceChildren(...(record ? [draw(record)] : []));
      if (room && record) { ngf.refreshTimes(room); room.querySelector("button").focus(); }
    },
  };

  function text(value) {
    if (value === null || value === undefined) return el("span", { class: "t3" }, "not set");
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  // A field path may break before a dot or a bracket, never inside a word.
  const breakable = (path) => path.split(/(?=[.[])/).flatMap((part) => [el("wbr"), part]);

  function changes(record) {
    if (!record.changes.length) return el("p", { class: "t2 s12" }, "No field was changed.");
    return el("table", { class: "diff" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Field"), el("th", { scope: "col" }, "Old"), el("th", { scope: "col" }, "New"))),
      el("tbody", {}, record.changes.map((change) => el("tr", {}, el("td", { class: "mono wrap" }, breakable(change.path)),
        el("td", { class: "mono wrap" }, change.old === null || change.old === undefined ? text(null) : el("span", { class: "old" }, text(change.old))),
        el("td", { class: "mono wrap" }, change.new === null || change.new === undefined ? text(null) : el("span", { class: "new" }, text(change.new)))))));
  }

  function draw(record) {
    const fact = (label, value) => (value ? [el("dt", {}, label), el("dd", {}, value)] : []);
    return el("aside", { class: "n-aside", "aria-label": `Audit entry ${record.id}` },
      el("header", {}, el("div", { class: "grow" }, el("h2", {}, record.title), el("span", { class: `st ${record.status}` }, ngf.icon(ICONS[record.status]), record.status_word, el("small", {}, record.verb))),
        el("button", { type: "button", class: "n-ico", "aria-label": "Close", onclick: close }, ngf.icon("x-lg"))),
      record.error ? el("div", { class: "sec" }, el("h3", {}, "What went wrong"), el("div", {}, record.error)) : null,
      el("div", { class: "sec" }, el("dl", { class: "kv" },
        fact("When", el("time", { class: "n-age", datetime: record.time })), fact("Who", `${record.actor}, ${record.role}`), fact("From", record.address),
        fact("Cluster", record.cluster ? el("span", { class: `cl c${record.slot}` }, record.cluster) : ""), fact("Reason", record.why), fact("Entry", String(record.id)))),
      el("div", { class: "sec flush" }, el("h3", {}, "Changed fields"), changes(record)),
      record.object ? el("footer", {}, el("a", { class: "btn btn-secondary", href: record.object }, "Open object")) : null);
  }

  function close() {
    ngf.view.set({ sel: "" });
    if (opener && opener.isConnected) opener.focus();
  }

  function open(id, from) {
    opener = from || document.activeElement;
    ngf.view.set({ sel: String(id) });
  }

  document.addEventListener("click", function (event) {
    const cell = here() && event.target.closest && event.target.closest("#audit-grid .ag-row");
    if (!cell || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    open(cell.getAttribute("row-id"), event.target.closest(".ag-cell"));
  }, true);

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && here() && !ngf.floating() && ngf.view.get().sel) close();
  });

  ngf.gridKeys("audit-grid", { here, open: (record) => open(record.id, document.activeElement) });
})(window.ngf = window.ngf || {});
