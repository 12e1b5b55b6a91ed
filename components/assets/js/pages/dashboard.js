// The dashboard: what its charts are narrowed to, the table and its cells, requests to look at. Shapes
// are those of callbacks/dashboard.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/dashboard";
  const here = () => location.pathname === HERE;
  const LONGEST_MS = 600000;
  const BY = [["cluster", "Clusters"], ["gateway", "Gateways"], ["route", "Routes"]];

  // The log of what is shown, further narrowed.
  ngf.logsHref = function (filters) {
    const view = ngf.view.get();
    const keys = Object.assign({ range: view.range, cluster: view.cluster, namespace: view.namespace, gateway: view.gateway, route: view.route }, filters);
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(keys)) if (value && value.length !== 0) query.set(key, Array.isArray(value) ? value.join(",") : value);
    return `/logs?${query.toString().replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":")}`;
  };

  // The access log of one request of this time; it is logged when it is over.
  ngf.requestHref = function (cluster, iso, id) {
    const at = new Date(iso).getTime();
    return `/logs?cluster=${encodeURIComponent(cluster)}&range=${ngf.range.between(at - 60000, at + LONGEST_MS)}&request_id=${encodeURIComponent(id)}`;
  };

  function head() {
    if (!here()) return;
    const view = ngf.view.get();
    const by = BY.some(([key]) => key === view.by) ? view.by : "cluster";
    ngf.put("dashboard-by", BY.map(([key, label]) => el("button", { type: "button", "data-red-by": key, class: by === key ? "on" : null, "aria-pressed": String(by === key) }, label)));
    ngf.put("dashboard-chips", ["gateway", "route"].filter((key) => (view[key] || []).length).map((key) =>
      el("span", { class: "chip", "data-key": key }, el("span", { class: "k" }, key), ` ${view[key][0]}`, el("button", { type: "button", "data-red-drop": key, "aria-label": `Remove filter ${key}` }, ngf.icon("x")))));
  }

  function example(line) {
    const at = new Date(line.time).getTime();
    const range = ngf.range.between(at - 60000, at + 60000);
    const href = ngf.logsHref({ range, cluster: [line.cluster], request_id: line.request_id, gateway: null, route: null });
    return el("tr", { "data-key": line.request_id || line.time },
      el("td", { class: "mono" }, line.time.slice(11, 19)),
      el("td", {}, el("span", { class: `tag ${line.status >= 500 ? "err" : line.status >= 400 ? "warn" : ""}` }, line.status)),
      el("td", { class: "num" }, line.took || el("span", { class: "t3" }, "no time")),
      el("td", { title: `${line.method || ""} ${line.host || ""}${line.path || ""}` }, el("a", { href, class: "plain mono" }, `${line.method || ""} ${line.path || ""}`)),
      el("td", { class: "hm" }, el("span", { class: `cl c${line.slot}` }, line.cluster)));
  }

  const table = (lines) => el("table", { class: "grid tight" }, el("colgroup", {}, [[96], [56], [84], [""], [120, "hm"]].map(([width, kind]) => el("col", { class: kind || null, style: width ? `width:${width}px` : null }))),
    el("thead", {}, el("tr", {}, [["UTC"], ["Status"], ["Time", "num"], ["Request"], ["Cluster", "hm"]].map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))), el("tbody", {}, lines.map(example)));

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfDashboard = {
    rows(answer) {
      if (!answer) return dash_clientside.no_update;
      head();
      ngf.put("dashboard-rows-src", answer.source, answer.as_of ? [", ", ngf.since(answer.as_of, { style: "age" })] : null);
      ngf.put("dashboard-rows-note", answer.rows.length ? answer.reason : null);
      ngf.put("dashboard-rows-none", answer.rows.length ? null : answer.reason);
      ngf.allValues(answer);
      ngf.answered();
      return answer.rows;
    },
    examples(answer) {
      if (!answer) return;
      const none = (one) => el("div", { class: "quiet" }, one.reason || "None. No response of class 5xx in this range.");
      for (const [key, filters] of [["failed", { status: ["5xx"] }], ["slow", {}]]) {
        const one = answer[key];
        ngf.put(`dashboard-${key}`, one.lines.length ? table(one.lines) : none(one));
        ngf.put(`dashboard-${key}-src`, answer.source, answer.as_of ? [", ", ngf.since(answer.as_of, { style: "age" })] : null, ". ", el("a", { href: ngf.logsHref(filters) }, "All in the log"));
      }
      ngf.allValues(answer);
      ngf.answered();
    },
  };

  document.addEventListener("click", function (event) {
    const target = event.target.closest && here() ? event.target.closest("[data-red-by], [data-red-drop], [data-red-into]") : null;
    if (!target) return;
    const { redBy: by, redDrop: drop, redInto: into } = target.dataset;
    if (by) ngf.view.set({ by: by === "cluster" ? "" : by });
    else if (drop) ngf.view.set({ [drop]: "" });
    else ngf.view.set(JSON.parse(into));
  });

  // A click on a chart leads to the lines of the bucket, to those that failed where it shows failures.
  window.addEventListener("ngf:bucket", function ({ detail: { graph, start, end } }) {
    if (graph.startsWith("dashboard-")) ngf.go(ngf.logsHref({ range: ngf.range.between(start, end), status: graph === "dashboard-failures-graph" ? ["4xx", "5xx"] : null }));
  });

  const h = (...args) => window.React.createElement(...args);
  const three = (value, most) => value.toLocaleString("en", { maximumSignificantDigits: 3, maximumFractionDigits: most });
  const known = (value, text) => (value === null || value === undefined ? h("span", { className: "t3" }, "no data") : text(value));
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  (window.dashAgGridFunctions = window.dashAgGridFunctions || {}).ngfRedId = (params) => params.data.id;
  cells.NgfRate = ({ value }) => known(value, (one) => (one >= 100 ? Math.round(one).toLocaleString("en") : three(one)));
  cells.NgfShare = ({ value, calm }) => known(value, (one) => h("span", { className: one >= 0.01 && !calm ? "bad" : one ? "" : "t3" }, one ? three(100 * one) : "none"));
  cells.NgfMs = ({ value }) => known(value, (one) => (one >= 100 ? Math.round(one).toLocaleString("en") : three(one)));
  cells.NgfRedName = function ({ data: row }) {
    if (row.by === "cluster") return h("button", { className: "linkish", "data-red-into": JSON.stringify({ cluster: [row.cluster_name], by: "gateway" }) }, row.name);
    if (!row.key) return h("span", { className: "t3", title: "The lines of these requests name no route." }, "no route named");
    return h("button", { className: "linkish", title: row.key, "data-red-into": JSON.stringify({ cluster: [row.cluster_name], [row.by]: [row.key] }) }, row.name);
  };
  cells.NgfRedLogs = function ({ data: row }) {
    const place = Object.assign({ cluster: [row.cluster_name] }, row.by === "cluster" || !row.key ? {} : { [row.by]: [row.key] });
    const slow = row.p95 ? h("a", { href: ngf.logsHref(Object.assign({ min_ms: String(Math.ceil(row.p95)) }, place)) }, "slow") : null;
    const failed = row.failure_share ? h("a", { href: ngf.logsHref(Object.assign({ status: ["5xx"] }, place)) }, "failed") : null;
    return h("span", { className: "row-f" }, failed, slow);
  };

  window.addEventListener("ngf:view", head);
  ngf.gridKeys("dashboard-grid", { here, open: (row) => ngf.view.set(row.by === "cluster" ? { cluster: [row.cluster_name], by: "gateway" } : row.key ? { cluster: [row.cluster_name], [row.by]: [row.key] } : {}) });
  ngf.panelPage({ path: HERE, store: "dashboard-asked", answers: ["dashboard-charts", "dashboard-figures", "dashboard-rows", "dashboard-examples"], keys: ["gateway", "route", "by"] });
})(window.ngf = window.ngf || {});
