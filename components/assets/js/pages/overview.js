// Draws the overview from one answer of the server. Shapes are those of callbacks/overview.py.
(function (ngf) {
  const el = ngf.element;
  const time = ngf.since;
  let tick = 0;
  let data = null;
  let red = {}; // requests, failures and latency by cluster

  const name = (href, parts) => (href ? el("a", { href, class: "plain b5" }, parts) : el("span", { class: "b5" }, parts));

  function attention({ items, calm }) {
    if (!items.length) return el("div", { class: "state" }, el("div", { class: `state-i ${calm.ok ? "ok" : ""}` }, ngf.statusIcon(calm.ok ? "ok" : "info")), el("div", { class: "b6" }, calm.title), el("div", { class: "state-t" }, calm.text));
    return el("div", { class: "conds" }, items.map((item) => el("div", { class: `cond ${ngf.tone(item.status)}` }, ngf.statusIcon(item.status), el("div", { class: "ell", title: item.title }, name(item.href, item.title)),
      el("span", { class: "w" }, time(item.since)), el("div", { class: "m", title: item.text }, item.cluster ? el("span", { class: `cl c${item.slot} in` }, item.cluster) : null, item.text))));
  }

  function changes({ items, part }) {
    if (!items.length) return el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon("journal-text")), el("div", { class: "b6" }, part ? "No changes here yet" : "No changes yet"), el("div", { class: "state-t" }, "Every create, edit and delete made here is kept with who, why, before and after."));
    return el("div", { class: "conds" }, items.map((item) => el("div", { class: `cond ${ngf.tone(item.status)}` }, ngf.statusIcon(item.status),
      el("div", { class: "ell" }, el("span", { class: "b5" }, item.actor), " ", el("span", { class: "t2" }, item.verb), " ", item.href ? el("a", { href: item.href }, item.object) : item.object),
      el("span", { class: "w" }, time(item.time)), el("div", { class: "m" }, item.text))));
  }

  const short = (value) => (value >= 100 ? Math.round(value).toLocaleString("en") : value.toLocaleString("en", { maximumSignificantDigits: 3 }));
  function requests(name, kind, key) {
    const value = red[name] ? red[name][key] : null;
    if (value === null || value === undefined) return el("td", { class: `${kind} t3` }, "no data");
    const text = short(key === "failure_share" ? 100 * value : value);
    const href = key === "failure_share" && value ? `/logs?cluster=${name}&status=5xx` : `/dashboard?cluster=${name}`;
    return el("td", { class: kind }, el("a", { href: ngf.view.get().range ? `${href}&range=${ngf.view.get().range}` : href, class: "plain" }, key === "failure_share" && value >= 0.01 ? el("span", { class: "bad" }, text) : text));
  }

  function clusters(rows) {
    if (!rows.length) return el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon("hdd-stack")), el("div", { class: "b6" }, "No cluster yet"), el("div", { class: "state-a" }, el("a", { class: "btn btn-secondary", href: "/clusters" }, "Clusters")));
    const head = [["Cluster"], ["Health"], ["NGF", "hm"], ["Gateways", "num hm"], ["Routes", "num hm"], ["Problems", "num hm"], ["Req/s", "num"], ["5xx, %", "num hm"], ["p95, ms", "num hm"], ["Data age", "num hm"]];
    return el("table", { class: "grid tight" },
      el("colgroup", {}, [13, 13, 11, 9, 8, 9, 9, 9, 9, 10].map((width, index) => el("col", { class: (head[index][1] || "").includes("hm") ? "hm" : "", style: `width:${width}%` }))),
      el("thead", {}, el("tr", {}, head.map(([label, kind]) => el("th", { scope: "col", class: kind || "" }, label)))),
      el("tbody", {}, rows.map((row) => el("tr", { class: row.connected ? "" : "dim" },
        el("td", { class: "nm" }, el("a", { href: row.href, class: "plain", title: [row.region, row.environment].filter(Boolean).join(", ") }, el("span", { class: `cl c${row.slot}` }, row.label)), el("span", { class: "sub" }, row.under)),
        el("td", { title: row.reason }, ngf.status(row.status, row.word)),
        el("td", { class: "hm" }, row.ngf || el("span", { class: "t3" }, row.connected ? "not found" : "not known")),
        el("td", { class: "num hm" }, row.gateways === null ? el("span", { class: "t3" }, "no data") : el("a", { class: "n-keep", href: `/gateways?cluster=${row.name}` }, row.gateways)),
        el("td", { class: "num hm" }, row.httproutes === null ? el("span", { class: "t3" }, "no data") : el("a", { class: "n-keep", href: `/routes?kind=HTTPRoute&cluster=${row.name}` }, row.httproutes)),
        el("td", { class: "num hm" }, row.problems === null ? "" : row.problems ? el("span", { class: row.worst === "err" ? "bad" : "wrn" }, row.problems) : el("span", { class: "t3" }, "none")),
        requests(row.name, "num", "per_second"), requests(row.name, "num hm", "failure_share"), requests(row.name, "num hm", "p95"),
        el("td", { class: "num t2 hm" }, el("span", { class: row.connected ? "" : "wrn" }, time(row.last_seen, { style: "age", cluster: row.name })))))));
  }

  // The clusters with the requests of each, which come in an answer of their own.
  function valuesOf() {
    const { columns, rows, ...rest } = data.values["overview-clusters"];
    const asked = [["per_second", "per_second"], ["failure_share", "failure_share"], ["p95_ms", "p95"]];
    const of = (name, key) => { const value = (red[name] || {})[key]; return value === undefined ? null : value; };
    return { columns: [...columns, ...asked.map(([column]) => column)], rows: rows.map((row) => [...row, ...asked.map(([, key]) => of(row[0], key))]), ...rest };
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfOverview = {
    red(answer) {
      if (!answer) return;
      dash_clientside.ngfPanels.draw(answer);
      red = answer.clusters;
      if (data) ngf.put("overview-clusters", clusters(data.clusters));
    },
    draw(answer) {
      if (!answer) return;
      data = answer;
      for (const [key, value] of Object.entries(data.tiles)) ngf.tile(`overview-${key}`, value);
      ngf.put("overview-strip", ngf.strip(data.strip));
      ngf.put("overview-attention", attention({ items: data.attention, calm: data.calm }));
      ngf.put("overview-changes", changes({ items: data.changes, part: data.part }));
      ngf.put("overview-clusters", clusters(data.clusters));
      ngf.values("overview-clusters", valuesOf);
      ngf.put("overview-attention-n", data.attention_total || "");
      const [some, all] = [data.clusters.length, data.clusters_total];
      ngf.put("overview-clusters-n", some < all ? `${some} of ${all}, problems first` : all || "");
    },
  };

  ngf.panelPage({ path: "/", store: "overview-asked", answers: ["overview-red", "overview-figures", "overview-model"] });
  ngf.follow({
    here: () => location.pathname === "/",
    concerns: () => true,
    ask() {
      tick += 1;
      dash_clientside.set_props("overview-tick", { data: tick });
    },
  });
})(window.ngf = window.ngf || {});
