// Draws GPU capacity from one answer of the server. Shapes are those of callbacks/gpus.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/gpus";
  const here = () => location.pathname === HERE;
  let data = null;

  const faint = (text) => el("span", { class: "t3" }, text);
  const num = (value) => value.toLocaleString("en");
  const share = (taken, total) => el("span", { class: "share", "aria-hidden": "true" }, el("b", { style: `width:${total ? Math.round(100 * taken / total) : 0}%` }));
  const taken = (one) => (one.allocated === null ? [faint("no data"), ` of ${num(one.total)}`] : `${num(one.allocated)} of ${num(one.total)}`);

  const table = (head, widths, rows) => el("table", { class: "grid tight" }, el("colgroup", {}, widths.map((width, at) => el("col", { class: head[at][1] || null, style: `width:${width}%` }))),
    el("thead", {}, el("tr", {}, head.map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))), el("tbody", {}, rows));

  function types() {
    if (!data.types.length) return el("div", { class: "quiet" }, data.clusters.length ? "None. No node that is known has a GPU." : "No data. No cluster tells its GPUs.");
    return table([["Type"], ["Offered", "hm"], ["Allocated", "num"], ["", "hm"], ["Clusters", "num hm"]], [34, 24, 18, 12, 12], data.types.map((one) => el("tr", { "data-key": one.product },
      el("td", { title: one.product, class: "nm" }, one.short, el("span", { class: "sub" }, one.offered.join(", "))), el("td", { class: "t2 hm", title: one.offered.join(", ") }, one.offered.join(", ")), el("td", { class: "num" }, taken(one)),
      el("td", { class: "hm" }, one.allocated === null ? null : share(one.allocated, one.total)), el("td", { class: "num hm" }, one.clusters))));
  }

  function source(one) {
    if (one.reason) return el("span", { class: "wrn", title: one.reason }, "last seen ", ngf.since(one.as_of, { style: "age" }));
    return one.source === "agent" ? ["agent, ", ngf.since(one.as_of, { style: "age" })] : "nodes, now";
  }

  function clusters() {
    const name = (one) => el("td", { class: "nm" }, el("a", { class: "plain", href: one.href }, el("span", { class: `cl c${one.slot}` }, one.name)), el("span", { class: "sub" }, one.types || one.reason || "none"));
    if (!data.clusters.length && !data.unknown.length) return el("div", { class: "quiet" }, "No cluster yet.");
    const known = data.clusters.filter((one) => one.total);
    const none = data.clusters.filter((one) => !one.total);
    const rows = [
      ...known.sort((a, b) => b.total - a.total).map((one) => el("tr", { "data-key": one.name, class: one.reason ? "dim" : null }, name(one), el("td", { class: "num" }, taken(one)), el("td", { class: "num hm" }, num(one.available)),
        el("td", { class: "num hm" }, one.utilization === null ? faint("no data") : `${Math.round(one.utilization)}%`), el("td", { class: "t2 hm" }, source(one)))),
      ...data.unknown.map((one) => el("tr", { "data-key": one.name, class: "dim" }, name(one), el("td", { class: "num" }, "no data"), el("td", { class: "t2 hm", colspan: 3, title: one.reason }, one.reason))),
      ...none.map((one) => el("tr", { "data-key": one.name }, name(one), el("td", { class: "num" }, faint("none")), el("td", { class: "hm" }), el("td", { class: "hm" }), el("td", { class: "t2 hm" }, source(one)))),
    ];
    const notes = data.clusters.flatMap((one) => one.notes.map((text) => el("li", {}, el("span", { class: `cl c${one.slot} in` }, one.name), text)));
    return [el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "GPUs by cluster" }, table([["Cluster"], ["Allocated", "num"], ["Free", "num hm"], ["Used", "num hm"], ["Source", "hm"]], [28, 20, 12, 14, 26], rows)),
      notes.length ? el("ul", { class: "notes" }, notes) : null];
  }

  function matching(text) {
    const words = (text || "").toLowerCase().split(/\s+/).filter(Boolean);
    return data.nodes.filter((row) => { const said = [row.node, row.cluster, row.product, row.resource, row.offered].join(" ").toLowerCase(); return words.every((word) => said.includes(word)); });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfGpus = {
    draw(answer, view) {
      if (!answer || !view || view.path !== HERE) return dash_clientside.no_update;
      if (data !== answer) {
        data = answer;
        follow.asked();
        for (const [key, value] of Object.entries(data.tiles)) ngf.tile(`gpus-${key}`, value);
        ngf.put("gpus-strip", ngf.strip(data.strip));
        ngf.put("gpus-failed", data.failed ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, el("b", { class: "b6" }, "What devices read (DCGM) is missing."), " ", data.failed)) : null);
        ngf.put("gpus-by-type", types());
        ngf.put("gpus-by-cluster", clusters());
        ngf.put("gpus-by-cluster-unit", data.unknown.length ? `${data.unknown.length} without data` : "");
      }
      const rows = matching(view.q);
      ngf.put("gpus-count", rows.length < data.nodes.length ? `${rows.length} of ${data.nodes.length} rows` : `${rows.length} ${rows.length === 1 ? "row" : "rows"}, one for each node and type`);
      return rows;
    },
    typed(text) {
      if (here()) ngf.view.set({ q: (text || "").trim() }, { replace: true });
    },
  };

  ngf.gridKeys("gpus-grid", { here, open: (row) => ngf.go(row.href) });
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);
  (window.dashAgGridFunctions = window.dashAgGridFunctions || {}).ngfGpuId = (params) => params.data.id;
  cells.NgfGpuType = ({ data: row }) => h("span", { title: row.product }, row.short);
  cells.NgfTaken = ({ data: row }) => h("span", { className: "taken" }, h("span", { className: "share only-d", "aria-hidden": "true" }, h("b", { style: { width: `${row.total ? Math.round(100 * row.allocated / row.total) : 0}%` } })), `${num(row.allocated)} of ${num(row.total)}`);

  // What the devices of the row read of themselves (DCGM).
  const read = (row, key, text) => (row[key] === null || row[key] === undefined ? h("span", { className: "t3", title: row.unread }, "no data") : h("span", { title: `${row.reporting} ${row.reporting === 1 ? "device reports" : "devices report"}${row.failing ? `, ${row.failing} with an XID error` : ""}`, className: row.failing && key === "busy" ? "wrn" : null }, text(row[key])));
  cells.NgfGpuBusy = ({ data: row }) => read(row, "busy", (value) => `${Math.round(value)}%`);
  cells.NgfGpuHeat = ({ data: row }) => read(row, "heat", String);
  cells.NgfGpuWatts = ({ data: row }) => read(row, "watts", (value) => num(Math.round(value)));

  const follow = ngf.followClusters({
    here,
    concerns: ({ kind }) => ["clusters", "nodes", "pods", "resourceslices", "resourceclaims"].includes(kind),
    every: () => 14000,
    store: "gpus-asked",
  });
})(window.ngf = window.ngf || {});
