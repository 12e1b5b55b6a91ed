// Draws the overview from one answer of the server. Only what differs is replaced, so a push moves
// nothing under the pointer. Shapes are those of callbacks/overview.py.
(function (ngf) {
  const el = ngf.element;
  const ICONS = { ok: "check-circle-fill", warn: "exclamation-triangle-fill", err: "x-octagon-fill", info: "circle-half", stale: "clock-history", unknown: "question-circle", note: "info-circle" };
  const tone = (status) => ({ stale: "unk", unknown: "unk" }[status] || status);
  const MINIMUM_MS = 2000;
  const drawn = {};
  let tick = 0;
  let timer = null;
  let last = 0;

  const icon = (status) => ngf.icon(ICONS[status] || ICONS.unknown);
  const time = (iso, style, cluster) => (iso ? el("time", { class: "n-age", datetime: iso, "data-style": style || "when", "data-cluster": cluster }) : el("span", {}));

  function replace(id, data, make) {
    const node = document.getElementById(id);
    if (!node) return;
    const key = JSON.stringify(data);
    if (drawn[id] === key && node.dataset.drawn) return;
    drawn[id] = key;
    node.dataset.drawn = "1";
    node.replaceChildren(...[make(data)].flat().filter(Boolean));
    ngf.refreshTimes(node);
  }

  function tile(key, data) {
    replace(`overview-${key}-v`, data, (t) => (t.value === null ? el("span", { class: "none" }, "no data") : [document.createTextNode(t.value), t.unit ? el("small", {}, t.unit) : null]));
    replace(`overview-${key}-d`, data.note, (parts) => el("span", { title: parts.map(([text]) => text).join("") }, parts.map(([text, kind]) => el("span", { class: kind || "" }, text))));
  }

  const name = (href, parts) => (href ? el("a", { href, class: "plain b5" }, parts) : el("span", { class: "b5" }, parts));

  function attention({ items, calm }) {
    if (!items.length) return el("div", { class: "state" }, el("div", { class: `state-i ${calm.ok ? "ok" : ""}` }, icon(calm.ok ? "ok" : "info")), el("div", { class: "b6" }, calm.title), el("div", { class: "state-t" }, calm.text));
    return el("div", { class: "conds" }, items.map((item) => el("div", { class: `cond ${tone(item.status)}` }, icon(item.status), el("div", { class: "ell", title: item.title }, name(item.href, item.title)),
      el("span", { class: "w" }, time(item.since)), el("div", { class: "m", title: item.text }, item.cluster ? el("span", { class: `cl c${item.slot} in` }, item.cluster) : null, item.text))));
  }

  function changes({ items, part }) {
    if (!items.length) return el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon("journal-text")), el("div", { class: "b6" }, part ? "No changes here yet" : "No changes yet"), el("div", { class: "state-t" }, "Every create, edit and delete made here is kept with who, why, before and after."));
    return el("div", { class: "conds" }, items.map((item) => el("div", { class: `cond ${tone(item.status)}` }, icon(item.status),
      el("div", { class: "ell" }, el("span", { class: "b5" }, item.actor), " ", el("span", { class: "t2" }, item.verb), " ", item.href ? el("a", { href: item.href }, item.object) : item.object),
      el("span", { class: "w" }, time(item.time)), el("div", { class: "m" }, item.text))));
  }

  function clusters(rows) {
    const head = [["Cluster"], ["Health"], ["NGF", "hm"], ["Kubernetes", "hm"], ["Gateways", "num hm"], ["Routes", "num"], ["Problems", "num hm"], ["Data age", "num hm"]];
    return el("table", { class: "grid tight" },
      el("colgroup", {}, [17, 15, 13, 13, 11, 9, 11, 11].map((width, index) => el("col", { class: (head[index][1] || "").includes("hm") ? "hm" : "", style: `width:${width}%` }))),
      el("thead", {}, el("tr", {}, head.map(([label, kind]) => el("th", { scope: "col", class: kind || "" }, label)))),
      el("tbody", {}, rows.map((row) => el("tr", { class: row.connected ? "" : "dim" },
        el("td", { class: "nm" }, el("span", { class: `cl c${row.slot}`, title: [row.region, row.environment].filter(Boolean).join(", ") }, row.label), el("span", { class: "sub" }, row.under)),
        el("td", { title: row.reason }, el("span", { class: `st ${tone(row.status)}` }, icon(row.status), row.word)),
        el("td", { class: "hm" }, row.ngf || el("span", { class: "t3" }, "not found")),
        el("td", { class: "hm" }, row.kubernetes || el("span", { class: "t3" }, "not known")),
        el("td", { class: "num hm" }, row.gateways === null ? el("span", { class: "t3" }, "no data") : el("a", { class: "n-keep", href: `/gateways?cluster=${row.name}` }, row.gateways)),
        el("td", { class: "num" }, row.httproutes === null ? el("span", { class: "t3" }, "no data") : el("a", { class: "n-keep", href: `/httproutes?cluster=${row.name}` }, row.httproutes)),
        el("td", { class: "num hm" }, row.problems === null ? "" : row.problems ? el("span", { class: row.worst === "err" ? "bad" : "wrn" }, row.problems) : el("span", { class: "t3" }, "none")),
        el("td", { class: "num t2 hm" }, el("span", { class: row.connected ? "" : "wrn" }, time(row.last_seen, "age", row.name)))))));
  }

  function strip(data) {
    if (!data) return null;
    return el("div", { class: "strip warn" }, icon("warn"), el("div", {}, el("b", { class: "b6" }, data.lead), " ", data.text),
      el("div", { class: "act" }, el("button", { type: "button", class: "btn btn-link btn-sm", "data-retry": data.names.join(",") }, "Retry now")));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfOverview = {
    draw(data) {
      if (!data) return;
      for (const [key, value] of Object.entries(data.tiles)) tile(key, value);
      replace("overview-strip", data.strip, strip);
      replace("overview-attention", { items: data.attention, calm: data.calm }, attention);
      replace("overview-changes", { items: data.changes, part: data.part }, changes);
      replace("overview-clusters", data.clusters, clusters);
      for (const [id, count] of [["overview-attention-n", data.attention_total], ["overview-clusters-n", data.clusters.length]]) {
        const node = document.getElementById(id);
        if (node) node.textContent = count || "";
      }
    },
  };

  // Asks again when something changed, at most every two seconds.
  function ask() {
    if (location.pathname !== "/" || timer) return;
    timer = setTimeout(function () {
      timer = null;
      last = Date.now();
      if (location.pathname !== "/" || document.hidden) return;
      tick += 1;
      dash_clientside.set_props("overview-tick", { data: tick });
    }, Math.max(250, MINIMUM_MS - (Date.now() - last)));
  }
  window.addEventListener("ngf:changes", ask);
})(window.ngf = window.ngf || {});
