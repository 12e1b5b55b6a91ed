// Inference pools, drawn from one answer of the server. Shapes are those of callbacks/pools.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/pools";
  const here = () => location.pathname === HERE;

  const faint = (text, title) => el("span", { class: "t3", title: title || null }, text);
  const digits = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const known = (row, key, text) => (row[key] === null || row[key] === undefined ? faint("no data", row.reasons[key]) : text(row[key]));
  const share = (value) => el("span", { class: "share", "aria-hidden": "true" }, el("b", { style: `width:${Math.min(100, Math.round(value))}%` }));

  const HEAD = [["Status", "", 96], ["Pool"], ["Cluster", "hm", 92], ["Stack", "hm", 92], ["Model", "hm"], ["Ready", "num hm", 68], ["GPUs", "hm", 84], ["Busy", "hm", 92], ["TTFT p95", "num hm", 88], ["Tokens/s", "num", 76], ["Waiting", "num hm", 70], ["KV cache", "num hm", 74], ["Per hour", "num hm", 76]];

  function line(row) {
    return el("tr", { "data-key": row.id },
      el("td", { title: row.why }, ngf.status(row.status, row.word)),
      el("td", { class: "nm", title: `${row.namespace}/${row.name}` }, el("a", { class: "plain", href: row.href }, el("span", { class: "ns" }, `${row.namespace}/`), el("b", {}, row.name)), el("span", { class: "sub" }, row.cluster, row.gpus ? `, ${row.gpus}` : "")),
      el("td", { class: "hm" }, el("span", { class: `cl c${row.slot}` }, row.cluster)),
      el("td", { class: "hm" }, row.stack ? el("a", { href: row.stack_href }, row.stack) : faint("none", "No stack makes it.")),
      el("td", { class: "hm", title: [row.model, row.engine].filter(Boolean).join(", ") || null }, row.model || faint("no data")),
      el("td", { class: "num hm" }, row.replicas === null ? faint("no data") : `${row.ready} of ${row.replicas}`),
      el("td", { class: "hm" }, row.gpus || faint("no data")),
      el("td", { class: "hm" }, known(row, "busy", (value) => el("span", { class: "busy" }, share(value), el("span", {}, `${Math.round(value)}%`)))),
      el("td", { class: "num hm" }, known(row, "ttft", (value) => `${Math.round(value).toLocaleString("en")} ms`)),
      el("td", { class: "num" }, known(row, "tokens", digits)),
      el("td", { class: "num hm" }, known(row, "waiting", digits)),
      el("td", { class: "num hm" }, known(row, "cache", (value) => `${Math.round(value)}%`)),
      el("td", { class: "num hm" }, row.rate === null ? faint("no price") : row.rate));
  }

  function rows(answer) {
    if (!answer.rows.length) return el("div", { class: "quiet" }, answer.reason || "No InferencePool is known here. A pool appears with its InferencePool object, and its numbers once the collector of the cluster scrapes its engines.");
    return el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "Inference pools" }, el("table", { class: "grid tight" },
      el("colgroup", {}, HEAD.map(([, kind, width]) => el("col", { class: /hm/.test(kind || "") ? "hm" : null, style: width ? `width:${width}px` : null }))),
      el("thead", {}, el("tr", {}, HEAD.map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))), el("tbody", {}, answer.rows.map((row) => line(row)))));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfPools = {
    draw(answer) {
      if (!answer || !here()) return;
      ngf.put("pools-rows", rows(answer));
      ngf.put("pools-unit", answer.count > answer.rows.length ? `${answer.rows.length} of ${answer.count}` : answer.count ? String(answer.count) : "");
      ngf.put("pools-src", answer.source, answer.as_of ? [", ", ngf.since(answer.as_of, { style: "age" })] : null);
      ngf.put("pools-ttft-unit", answer.vantage || "");
      ngf.put("pools-strip", answer.rows.length && answer.reason ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, answer.reason)) : null);
      dash_clientside.ngfPanels.draw(answer);
    },
  };

  ngf.panelPage({ path: HERE, store: "pools-asked", answers: ["pools-data"] });
})(window.ngf = window.ngf || {});
