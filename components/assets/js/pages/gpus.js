// Draws GPU capacity from one answer of the server, and what devices read from another. Shapes are those
// of callbacks/gpus.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/gpus";
  const here = () => location.pathname === HERE;
  let data = null;
  let read = null; // what devices read
  let tick = 0;

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

  function matching(rows, text) {
    const words = (text || "").toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter((row) => { const said = [row.node, row.cluster, row.product, row.resource, row.offered, row.pod, row.pool].join(" ").toLowerCase(); return words.every((word) => said.includes(word)); });
  }

  /* The table: a row for each node and type, or for each device. */
  const byDevice = (view) => view.by === "device";

  function head(view) {
    const on = byDevice(view);
    ngf.put("gpus-by", [["", "Nodes"], ["device", "Devices"]].map(([by, label]) => el("button", { type: "button", "data-gpus-by": by, class: on === Boolean(by) ? "on" : null, "aria-pressed": String(on === Boolean(by)) }, label)));
    for (const [id, shown] of [["gpus-grid", !on], ["gpus-devices", on]]) {
      const grid = document.getElementById(id);
      if (grid) grid.closest("section").hidden = !shown;
    }
  }

  function counted(view) {
    const on = byDevice(view);
    const all = on ? read && read.devices : data && data.nodes;
    if (!all) return;
    const kept = new Set(matching(all, view.q));
    const some = kept.size;
    const told = (on ? read : data).values[on ? "gpus-devices" : "gpus-grid"];
    ngf.values("gpus-table", () => Object.assign({}, told, { rows: told.rows.filter((_, at) => kept.has(all[at])) })); // as filtered
    const more = on && read.count > all.length ? `, the first ${num(all.length)} of ${num(read.count)}: in trouble, then hottest` : "";
    const said = some < all.length ? `${num(some)} of ${num(all.length)}` : num(some);
    ngf.put("gpus-count", on ? `${said} ${all.length === 1 ? "device" : "devices"}${more}${read.reason ? ` ${read.reason}` : ""}` : `${said} ${all.length === 1 ? "row" : "rows"}${some < all.length ? "" : ", one for each node and type"}`);
    ngf.put("gpus-src", on ? read.as_of && [`${read.source}, `, ngf.since(read.as_of, { style: "age" })] : "nodes and agents; Busy, °C and W: DCGM");
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfGpus = {
    draw(answer, view) {
      if (!answer || !view || view.path !== HERE) return dash_clientside.no_update;
      if (data !== answer) {
        data = answer;
        ngf.answered();
        for (const [key, value] of Object.entries(data.tiles)) ngf.tile(`gpus-${key}`, value);
        ngf.put("gpus-strip", ngf.strip(data.strip));
        ngf.put("gpus-failed", data.failed ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, el("b", { class: "b6" }, "What devices read (DCGM) is missing."), " ", data.failed)) : null);
        ngf.allValues(data);
        ngf.put("gpus-by-type", types());
        ngf.put("gpus-by-cluster", clusters());
        ngf.put("gpus-by-cluster-unit", data.unknown.length ? `${data.unknown.length} without data` : "");
      }
      head(view);
      counted(view);
      return matching(data.nodes, view.q);
    },
    devices(answer, view) {
      if (!answer || !view || view.path !== HERE) return dash_clientside.no_update;
      if (read !== answer) {
        read = answer;
        dash_clientside.ngfPanels.draw(answer);
      }
      counted(view);
      return matching(read.devices, view.q);
    },
    typed(text) {
      if (here()) ngf.view.set({ q: (text || "").trim() }, { replace: true });
    },
  };

  document.addEventListener("click", function (event) {
    const by = here() && event.target.closest && event.target.closest("[data-gpus-by]");
    if (by) ngf.view.set({ by: by.dataset.gpusBy });
  });

  for (const id of ["gpus-grid", "gpus-devices"]) ngf.gridKeys(id, { here, open: (row) => ngf.go(row.href) });
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);
  (window.dashAgGridFunctions = window.dashAgGridFunctions || {}).ngfGpuId = (params) => params.data.id;
  cells.NgfGpuType = ({ data: row }) => h("span", { title: row.product }, row.short);
  cells.NgfTaken = ({ data: row }) => h("span", { className: "taken" }, h("span", { className: "share only-d", "aria-hidden": "true" }, h("b", { style: { width: `${row.total ? Math.round(100 * row.allocated / row.total) : 0}%` } })), `${num(row.allocated)} of ${num(row.total)}`);

  // What the devices of the row read of themselves (DCGM).
  const known = (row, key, text) => (row[key] === null || row[key] === undefined ? h("span", { className: "t3", title: row.unread }, "no data") : h("span", { title: `${row.reporting} ${row.reporting === 1 ? "device reports" : "devices report"}${row.failing ? `, ${row.failing} with an XID error` : ""}`, className: row.failing && key === "busy" ? "wrn" : null }, text(row[key])));
  cells.NgfGpuBusy = ({ data: row }) => known(row, "busy", (value) => `${Math.round(value)}%`);
  cells.NgfGpuHeat = ({ data: row }) => known(row, "heat", String);
  cells.NgfGpuWatts = ({ data: row }) => known(row, "watts", (value) => num(Math.round(value)));

  // Of one device.
  const missing = h("span", { className: "t3", title: "The device does not tell it." }, "no data");
  cells.NgfGpuRead = ({ value, unit }) => (value === null || value === undefined ? missing : `${num(Math.round(value))}${unit || ""}`);
  cells.NgfGpuXid = ({ value }) => (value === null || value === undefined ? missing : value ? h("span", { className: "wrn" }, value) : h("span", { className: "t3" }, "none"));
  cells.NgfGpuPod = function ({ data: row }) {
    if (!row.pod) return h("span", { className: "t3" }, "none");
    const [namespace, pool] = row.pool.split("/");
    return pool ? h("a", { href: `/pool?cluster=${row.cluster}&namespace=${namespace}&pool=${pool}`, title: `${row.pod}, pool ${row.pool}` }, row.pod) : h("span", { title: row.pod }, row.pod);
  };

  ngf.follow({
    here,
    concerns: ({ kind }) => ["clusters", "nodes", "pods", "resourceslices", "resourceclaims"].includes(kind),
    ask() {
      tick += 1;
      dash_clientside.set_props("gpus-tick", { data: tick });
    },
  });
  ngf.panelPage({ path: HERE, store: "gpus-asked", answers: ["gpus-data", "gpus-time"] });
})(window.ngf = window.ngf || {});
