/* Lists that follow the cluster and live in the URL.
   The view of a list (filter, status, clusters, sort) is the shell's one view store, which
   `ngf.view` mirrors to the address bar; typing in the filter never mounts the page anew. */
(function () {
  "use strict";
  const lists = {}; // per kind, how it is spoken of: {name, many, chips, words}
  const asked = {}; // per kind, the question its grid was last filled with
  const no = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const pages = { "/gateways": "gateways", "/gatewaybundles": "gatewaybundles", "/routes": "routes", "/policies": "policies", "/gatewayclasses": "gatewayclasses", "/certificates": "certificates", "/stacks": "stacks" };
  const here = () => pages[window.location.pathname];
  const gridOf = (kind) => {
    try { return window.dash_ag_grid.getApi(kind + "-grid"); } catch { return null; }
  };
  const listOf = (value) => (Array.isArray(value) ? value : (value || "").split(",")).filter(Boolean);
  const STATUSES = ["err", "warn", "info", "ok", "stale", "unknown"];
  const USUAL = "status"; // the order of a list whose address says none
  const FIXED = ["status", "name"];
  const SORT_FIELDS = { name: "metadata.name", namespace: "metadata.namespace", created: "metadata.creationTimestamp" };

  const spelled = (column) => (column.sort === "desc" ? "-" : "") + (SORT_FIELDS[column.colId] || column.colId);
  const sortBy = (grid, asked) => {
    const wanted = asked || USUAL;
    const [now] = grid.getColumnState().filter((column) => column.sort);
    if ((now ? spelled(now) : "") === wanted) return;
    const field = Object.keys(SORT_FIELDS).find((key) => SORT_FIELDS[key] === wanted.replace("-", "")) || wanted.replace("-", "");
    grid.applyColumnState({ state: [{ colId: field, sort: wanted.startsWith("-") ? "desc" : "asc" }], defaultState: { sort: null } });
  };

  /* The words of components/list_page.py: "nginx, istio", "not staging". */
  const said = (list, key, values) => {
    const word = (value) => (key === "status" && list.words[value]) || value;
    const wanted = values.filter((value) => !value.startsWith("!")).map(word);
    const refused = values.filter((value) => value.startsWith("!")).map((value) => word(value.slice(1)));
    const but = key === "status" ? "all but " : "not ";
    return [wanted.join(", "), refused.length ? but + refused.join(", ") : ""].filter(Boolean).join(", ");
  };

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
        const kept = ["sort", "columns"].filter((key) => view[key]).map((key) => `${key}=${encodeURIComponent(view[key])}`);
        window.ngf.view.open(kept.length ? "?" + kept.join("&") : "");
        set(kind + "-q", { value: "" });
      }
      return no();
    },

    /* The chips say what the view filters by; filter field, sort and columns follow the address. */
    show: function (view, list, typed) {
      const keys = list.chips;
      lists[list.name] = list;
      if (!view || pages[view.path] !== list.name) return Array(2 * keys.length + STATUSES.length + 1).fill(no());
      const grid = gridOf(list.name);
      const question = JSON.stringify(keys.map((key) => listOf(view[key])));
      if (grid) { sortBy(grid, view.sort || ""); fit(grid); } // before the grid asks anew
      if (grid && asked[list.name] !== undefined && asked[list.name] !== question) {
        grid.refreshInfiniteCache(); // what is seen stays until the answer is here
        if (grid.getDisplayedRowCount()) grid.ensureIndexVisible(0);
      }
      asked[list.name] = question;
      const out = [];
      for (const key of keys) {
        const value = key === "q" ? view.q || "" : said(list, key, listOf(view[key]));
        out.push(value ? "chip" : "chip d-none", value);
      }
      const chosen = new Set(listOf(view.status));
      for (const status of STATUSES) out.push(chosen.has(status) ? "count on" : "count");
      out.push((typed || "").trim() === (view.q || "") ? no() : view.q || "");
      return out;
    },

    /* A click on a header sorts the grid; the address remembers it. */
    sorted: function (request, view) {
      if (!request || !request.sortModel) return no();
      const [first] = request.sortModel;
      const sort = first && spelled(first) !== USUAL ? spelled(first) : "";
      if (sort !== ((view || {}).sort || "")) window.ngf.view.set({ sort }, { replace: true });
      const column = first && gridOf(here()).getColumnDef(first.colId);
      return "Sorted by " + (column ? column.headerName.toLowerCase() : USUAL);
    },
  };

  /* Live: blocks in view are asked again, the scroll position and the selection stay. */
  const TOUCHES = {
    gateways: ["gateways", "gatewayclasses", "httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes"],
    gatewayclasses: ["gatewayclasses", "gateways"],
    gatewaybundles: ["gatewaybundles"],
    certificates: ["secrets", "configmaps", "certificates", "gateways", "listenersets", "httproutes", "grpcroutes", "tlsroutes", "backendtlspolicies"],
    policies: ["clientsettingspolicies", "proxysettingspolicies", "ratelimitpolicies", "observabilitypolicies", "upstreamsettingspolicies", "backendtlspolicies", "wafpolicies", "snippetspolicies", "payloadprocessors", "externalloadbalancers", "snippetsfilters", "authenticationfilters", "gateways", "httproutes", "grpcroutes", "services", "nginxproxies"],
    stacks: ["inferencestacks"],
    routes: ["httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes", "listenersets", "gateways"],
  };
  window.addEventListener("ngf:changes", (event) => {
    const kind = here();
    const grid = kind && gridOf(kind);
    const concerns = (change) => change.kind === "*" || TOUCHES[kind].includes(change.kind);
    if (grid && !grid.isDestroyed() && (event.detail || []).some(concerns)) grid.refreshInfiniteCache();
  });

  /* Ages grow while nobody touches the table. */
  setInterval(() => {
    const kind = here();
    const grid = kind && !document.hidden ? gridOf(kind) : null;
    if (grid && !grid.isDestroyed()) grid.refreshCells({ columns: ["created", "as_of"], force: true });
  }, 5000);

  /* Which columns are seen: at 390 px a name with a second line and one number; elsewhere those
     chosen in the address, else the usual ones. */
  const narrow = window.matchMedia("(max-width: 767.98px)");
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const fit = (api) => {
    const chosen = here() ? listOf(window.ngf.view.get().columns) : [];
    const layout = JSON.stringify([narrow.matches, chosen]);
    if (api.isDestroyed() || api.ngfLayout === layout) return;
    api.ngfLayout = layout;
    const seen = (column) => {
      const { narrow: kept, shown } = column.getColDef().context;
      if (narrow.matches) return kept;
      return chosen.length ? FIXED.includes(column.getColId()) || chosen.includes(column.getColId()) : shown;
    };
    for (const wanted of [true, false]) {
      const some = api.getColumns().filter((column) => seen(column) === wanted && column.isVisible() !== wanted);
      if (some.length) api.setColumnsVisible(some.map((column) => column.getColId()), wanted);
    }
  };
  functions.ngfFit = ({ api }) => fit(api);
  /* Which rows are in sight, once it is known how many there are. */
  functions.ngfSeen = ({ api }) => {
    const kind = here();
    if (!kind || api.isDestroyed() || api !== gridOf(kind)) return;
    const total = api.isLastRowIndexKnown() ? api.getDisplayedRowCount() : 0;
    const height = api.getSizesForCurrentTheme().rowHeight;
    const { top, bottom } = api.getVerticalPixelRange();
    const first = Math.floor(top / height) + 1;
    const last = Math.min(total, Math.floor(bottom / height));
    const words = total ? `${first.toLocaleString("en-US")} to ${Math.max(first, last).toLocaleString("en-US")} of ` : "";
    if (api.ngfRange !== words) set(kind + "-range", { children: words });
    api.ngfRange = words;
    if (total && !api.ngfCameBack) comeBack(api);
  };
  /* The row that was chosen before, after coming back or opening a link. */
  const comeBack = (api) => {
    api.ngfCameBack = true;
    const row = api.getRowNode(window.ngf.view.get().sel || "");
    if (!row) return;
    api.ensureNodeVisible(row);
    api.setFocusedCell(row.rowIndex, "name");
  };
  functions.ngfChosen = ({ api, rowIndex }) => {
    const row = here() && rowIndex !== null && api.getDisplayedRowAtIndex(rowIndex);
    if (row && row.data) window.ngf.view.set({ sel: row.id }, { replace: true });
  };
  functions.ngfRowId = ({ data }) => [...(data.kind_name ? [data.kind_name] : []), data.cluster, data.namespace, data.name].join("/");

  /* The menus of a list (list_menus.js) look at its grid and use its words. */
  window.ngf.lists = { of: (kind) => lists[kind], gridOf, listOf, said, FIXED };

  /* Keys: j k rows, Enter opens, e edits; the shell has the others. */
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
  const onRow = (where) => () => {
    const grid = here() && gridOf(here());
    const cell = grid && document.activeElement.closest(".ag-root") && grid.getFocusedCell();
    const row = cell && grid.getDisplayedRowAtIndex(cell.rowIndex);
    if (!row || !row.data) return false;
    window.ngf.go(where(row.data));
    return true;
  };
  window.ngf.keys.add("j", "Next row", step(1));
  window.ngf.keys.add("k", "Previous row", step(-1));
  window.ngf.keys.add("Enter", "Open row", onRow((row) => row.href));
  window.ngf.keys.add("e", "Edit", onRow((row) => row.edit));
})();
