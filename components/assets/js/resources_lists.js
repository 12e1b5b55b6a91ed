/* Lists that follow the cluster and live in the URL.
   The view of a list (filter, status, clusters, sort) is one dcc.Store. The store is mirrored to
   the address bar with the history API, so that typing in the filter never mounts the page anew,
   and read back from it when the user goes back. */
(function () {
  "use strict";
  const KEYS = ["q", "status", "class", "sort"];
  const SHELL_KEYS = ["cluster", "namespace"];
  const no = () => window.dash_clientside.no_update;
  const pages = { "/gateways": "gateways", "/httproutes": "httproutes", "/gatewayclasses": "gatewayclasses" };
  const here = () => pages[window.location.pathname];
  const gridOf = (kind) => {
    try { return window.dash_ag_grid.getApi(kind + "-grid"); } catch { return null; }
  };

  const fromUrl = () => {
    const query = new URLSearchParams(window.location.search);
    const view = {};
    for (const key of [...KEYS, ...SHELL_KEYS]) if (query.get(key)) view[key] = query.get(key);
    return view;
  };

  const toUrl = (view, push) => {
    const query = new URLSearchParams(window.location.search);
    for (const key of [...KEYS, ...SHELL_KEYS]) view[key] ? query.set(key, view[key]) : query.delete(key);
    const text = query.toString().replace(/%2C/g, ",").replace(/%2F/g, "/");
    const href = window.location.pathname + (text ? "?" + text : "");
    if (href === window.location.pathname + window.location.search) return;
    window.history[push ? "pushState" : "replaceState"](window.history.state, "", href);
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfLists = {
    /* One callback per list: which control was used decides what changes in the view. */
    view: function (...args) {
      const view = { ...(args[args.length - 1] || {}) };
      const trigger = (window.dash_clientside.callback_context.triggered[0] || {}).prop_id || "";
      const id = trigger.split(".")[0];
      const part = id.slice(id.indexOf("-") + 1);
      if (part === "q") {
        const text = (args[0] || "").trim();
        if (text === (view.q || "")) return no();
        if (text) view.q = text; else delete view.q;
        toUrl(view, false);
        return view;
      }
      if (!args.slice(1, -1).some(Boolean)) return no();
      if (part.startsWith("count-")) {
        const status = part.slice(6);
        const chosen = new Set((view.status || "").split(",").filter(Boolean));
        chosen.has(status) ? chosen.delete(status) : chosen.add(status);
        if (chosen.size) view.status = [...chosen].join(","); else delete view.status;
      } else if (part === "hide-stale") {
        view.status = "err,warn,info,ok,unknown";
      } else if (part.startsWith("drop-")) {
        delete view[part.slice(5)];
        if (part === "drop-q") window.dash_clientside.set_props(id.split("-")[0] + "-q", { value: "" });
      } else if (part === "clear") {
        for (const key of Object.keys(view)) if (key !== "sort") delete view[key];
        window.dash_clientside.set_props(id.split("-")[0] + "-q", { value: "" });
      } else return no();
      toUrl(view, true);
      return view;
    },

    /* The chips say what the view filters by; the grid asks again. */
    chips: function (view, kind) {
      const grid = gridOf(kind);
      if (grid && grid.ngfView && grid.ngfView !== JSON.stringify({ ...view, sort: 0 })) grid.purgeInfiniteCache();
      if (grid) grid.ngfView = JSON.stringify({ ...view, sort: 0 });
      const out = [];
      for (const key of ["q", "status", "class", "cluster", "namespace"]) {
        const value = (view || {})[key];
        out.push(value ? "chip" : "chip d-none", (value || "").split(",").join(", "));
      }
      const chosen = new Set(((view || {}).status || "").split(","));
      for (const status of ["err", "warn", "info", "ok", "stale", "unknown"]) out.push(chosen.has(status) ? "count on" : "count");
      return out;
    },

    /* The sort order is the grid's own; the address only remembers it. */
    sorted: function (request, view) {
      if (!request) return no();
      const [first] = request.sortModel || [];
      const fields = { name: "metadata.name", namespace: "metadata.namespace", created: "metadata.creationTimestamp" };
      const next = { ...(view || {}) };
      if (first) next.sort = (first.sort === "desc" ? "-" : "") + (fields[first.colId] || first.colId); else delete next.sort;
      toUrl(next, false);
      return next.sort === (view || {}).sort ? no() : next;
    },

    copyLink: function (clicks) {
      if (clicks) navigator.clipboard.writeText(window.location.href);
      return clicks ? "Link copied" : no();
    },
  };

  window.addEventListener("popstate", () => {
    const kind = here();
    if (kind && document.getElementById(kind + "-q")) {
      const view = fromUrl();
      window.dash_clientside.set_props(kind + "-view", { data: view });
      window.dash_clientside.set_props(kind + "-q", { value: view.q || "" });
    }
  });

  /* Live: blocks in view are asked again, the scroll position and the selection stay. */
  let due = null;
  window.addEventListener("ngf:changes", (event) => {
    const kind = here();
    if (!kind || due) return;
    const touches = { gateways: ["gateways", "httproutes", "grpcroutes", "tlsroutes"], gatewayclasses: ["gatewayclasses", "gateways"], httproutes: ["httproutes", "services", "endpointslices"] };
    if (!(event.detail || []).some((change) => touches[kind].includes(change.kind))) return;
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
  const fit = (api) => {
    const wide = api.getColumns().filter((column) => !column.getColDef().context?.narrow).map((column) => column.getColId());
    api.setColumnsVisible(wide, !narrow.matches);
  };
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.ngfReady = (params) => {
    fit(params.api);
    const again = () => (params.api.isDestroyed() ? narrow.removeEventListener("change", again) : fit(params.api));
    narrow.addEventListener("change", again);
  };
  functions.ngfRowId = (params) => [params.data.cluster, params.data.namespace, params.data.name].join("/");

  /* Keys: / filter, j k rows, Enter opens. */
  const typing = (target) => target.closest("input, textarea, select, [contenteditable=true]");
  document.addEventListener("keydown", (event) => {
    const kind = here();
    if (!kind || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing(event.target)) {
      event.preventDefault();
      document.getElementById(kind + "-q")?.focus();
      return;
    }
    const grid = gridOf(kind);
    if (!grid || typing(event.target)) return;
    const cell = grid.getFocusedCell();
    if (event.key === "j" || event.key === "k") {
      const at = cell ? cell.rowIndex + (event.key === "j" ? 1 : -1) : 0;
      if (at < 0 || at >= grid.getDisplayedRowCount()) return;
      grid.ensureIndexVisible(at);
      grid.setFocusedCell(at, "name");
    } else if (event.key === "Enter" && cell && event.target.closest(".ag-root")) {
      const row = grid.getDisplayedRowAtIndex(cell.rowIndex);
      if (row && row.data) window.ngf.open(row.data.href);
    }
  });
})();
