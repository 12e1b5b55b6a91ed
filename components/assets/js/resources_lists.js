/* Lists that follow the cluster and live in the URL.
   The view of a list (filter, status, clusters, sort) is the shell's one view store, which
   `ngf.view` mirrors to the address bar; typing in the filter never mounts the page anew. */
(function () {
  "use strict";
  const asked = {}; // per kind, the filters its grid was last filled with
  const no = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const pages = { "/gateways": "gateways", "/httproutes": "httproutes", "/gatewayclasses": "gatewayclasses" };
  const here = () => pages[window.location.pathname];
  const gridOf = (kind) => {
    try { return window.dash_ag_grid.getApi(kind + "-grid"); } catch { return null; }
  };
  const listOf = (value) => (Array.isArray(value) ? value : (value || "").split(",")).filter(Boolean);
  const FILTERS = ["q", "status", "class", "cluster", "namespace"];
  const STATUSES = ["err", "warn", "info", "ok", "stale", "unknown"];
  const SORT_FIELDS = { name: "metadata.name", namespace: "metadata.namespace", created: "metadata.creationTimestamp" };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfLists = {
    /* One callback per list: which control was used decides what changes in the view. */
    act: function (...args) {
      const view = args[args.length - 1] || {};
      const trigger = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
      const [kind, ...rest] = trigger.split(".")[0].split("-");
      const part = rest.join("-");
      if (part === "q") {
        const text = (args[0] || "").trim();
        if (text !== (view.q || "")) window.ngf.view.set({ q: text }, { replace: true });
      } else if (!args.slice(1, -1).some(Boolean)) {
        return no();
      } else if (part.startsWith("count-")) {
        const status = part.slice(6);
        const chosen = new Set(listOf(view.status));
        chosen.has(status) ? chosen.delete(status) : chosen.add(status);
        window.ngf.view.set({ status: [...chosen] });
      } else if (part === "hide-stale") {
        window.ngf.view.set({ status: STATUSES.filter((status) => status !== "stale") });
      } else if (part.startsWith("drop-")) {
        window.ngf.view.set({ [part.slice(5)]: "" });
        if (part === "drop-q") set(kind + "-q", { value: "" });
      } else if (part === "clear") {
        window.ngf.view.set(Object.fromEntries(FILTERS.map((key) => [key, ""])));
        set(kind + "-q", { value: "" });
      }
      return no();
    },

    /* The chips say what the view filters by, the filter field follows "back", the grid asks again. */
    show: function (view, kind, typed) {
      if (!view || pages[view.path] !== kind) return Array(2 * FILTERS.length + STATUSES.length + 1).fill(no());
      const grid = gridOf(kind);
      const question = JSON.stringify(FILTERS.map((key) => listOf(view[key])));
      if (grid && asked[kind] !== undefined && asked[kind] !== question) grid.purgeInfiniteCache();
      asked[kind] = question;
      const out = [];
      for (const key of FILTERS) {
        const value = key === "q" ? view.q || "" : listOf(view[key]).join(", ");
        out.push(value ? "chip" : "chip d-none", value);
      }
      const chosen = new Set(listOf(view.status));
      for (const status of STATUSES) out.push(chosen.has(status) ? "count on" : "count");
      out.push((typed || "").trim() === (view.q || "") ? no() : view.q || "");
      return out;
    },

    /* The sort order is the grid's own; the address only remembers it. */
    sorted: function (request, view) {
      if (!request || !request.sortModel) return no();
      const [first] = request.sortModel;
      const sort = first ? (first.sort === "desc" ? "-" : "") + (SORT_FIELDS[first.colId] || first.colId) : "";
      if (sort !== ((view || {}).sort || "")) window.ngf.view.set({ sort }, { replace: true });
      return first ? "Sorted by " + first.colId.replace("_", " ") : "";
    },
  };

  /* Live: blocks in view are asked again, the scroll position and the selection stay. */
  let due = null;
  window.addEventListener("ngf:changes", (event) => {
    const kind = here();
    if (!kind || due) return;
    const touches = { gateways: ["gateways", "httproutes", "grpcroutes", "tlsroutes"], gatewayclasses: ["gatewayclasses", "gateways"], httproutes: ["httproutes", "services", "endpointslices"] };
    if (!(event.detail || []).some((change) => change.kind === "*" || touches[kind].includes(change.kind))) return;
    due = setTimeout(() => {
      due = null;
      const grid = gridOf(kind);
      if (grid && !grid.isDestroyed()) grid.refreshInfiniteCache();
    }, 250);
  });

  /* Ages grow while nobody touches the table. */
  setInterval(() => {
    const kind = here();
    const grid = kind && !document.hidden ? gridOf(kind) : null;
    if (grid && !grid.isDestroyed()) grid.refreshCells({ columns: ["created", "as_of"], force: true });
  }, 5000);

  /* 390 px: a row is a name with a second line, and one number. */
  const narrow = window.matchMedia("(max-width: 767.98px)");
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.ngfFit = ({ api }) => {
    if (api.isDestroyed() || Boolean(api.ngfNarrow) === narrow.matches) return;
    api.ngfNarrow = narrow.matches;
    const wide = api.getColumns().filter((column) => !column.getColDef().context.narrow && !column.getColDef().hide);
    api.setColumnsVisible(wide.map((column) => column.getColId()), !narrow.matches);
  };
  functions.ngfRowId = (params) => [params.data.cluster, params.data.namespace, params.data.name].join("/");

  /* Keys: j k rows, Enter opens; the shell has the others. */
  const step = (by) => () => {
    const grid = here() && gridOf(here());
    if (!grid) return false;
    const cell = grid.getFocusedCell();
    const at = cell ? cell.rowIndex + by : 0;
    if (at < 0 || at >= grid.getDisplayedRowCount()) return false;
    grid.ensureIndexVisible(at);
    grid.setFocusedCell(at, "name");
    return true;
  };
  const openRow = () => {
    const grid = here() && gridOf(here());
    const cell = grid && document.activeElement.closest(".ag-root") && grid.getFocusedCell();
    const row = cell && grid.getDisplayedRowAtIndex(cell.rowIndex);
    if (!row || !row.data) return false;
    window.ngf.go(row.data.href);
    return true;
  };
  window.ngf.keys.add("j", "Next row", step(1));
  window.ngf.keys.add("k", "Previous row", step(-1));
  window.ngf.keys.add("Enter", "Open row", openRow);
})();
