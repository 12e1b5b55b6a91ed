// One inference pool, drawn from one answer of the server for each tab. Shapes are those of
// callbacks/pool.py and callbacks/pool_words.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/pool";
  const here = () => location.pathname === HERE;
  const HOT = 85; // degrees, from which on a GPU slows itself down

  const faint = (text, title) => el("span", { class: "t3", title: title || null }, text);
  const none = (title) => faint("no data", title);
  const digits = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });
  const cell = (row, key, text) => (row[key] === null || row[key] === undefined ? none((row.reasons || {})[key]) : text(row[key]));
  const share = (value) => el("span", { class: "share", "aria-hidden": "true" }, el("b", { style: `width:${Math.min(100, Math.round(value))}%` }));
  const percent = (value) => `${Math.round(value)}%`;
  const heat = (value) => (value >= HOT ? el("span", { class: "bad" }, value) : String(value));
  const quiet = (text) => el("div", { class: "quiet" }, text);
  const src = (id, one) => ngf.put(id, one && one.source, one && one.as_of ? [", ", ngf.since(one.as_of, { style: "age" })] : null);
  const table = (columns, rows) => el("table", { class: "grid tight" }, el("colgroup", {}, columns.map(([, kind, width]) => el("col", { class: /hm/.test(kind || "") ? "hm" : null, style: width ? `width:${width}px` : null }))),
    el("thead", {}, el("tr", {}, columns.map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))), el("tbody", {}, rows));

  function fact({ label, value, slot, title, href }) {
    const said = value === null || value === undefined ? none(title) : slot ? el("span", { class: `cl c${slot}` }, value) : href ? el("a", { href }, value) : value;
    return el("div", {}, el("dt", {}, label), el("dd", { title: title || null }, said));
  }

  function devices(one) {
    if (!one.rows.length) return quiet(one.reason);
    const row = (gpu) => el("tr", { "data-key": gpu.key, title: `${gpu.type} of ${gpu.node}${gpu.xid ? `, last error XID ${gpu.xid}` : ""}` },
      el("td", { title: gpu.pod || gpu.node }, gpu.tail, " ", faint(gpu.number === null ? "" : gpu.number), gpu.xid ? [" ", el("span", { class: "wrn" }, `XID ${gpu.xid}`)] : null),
      el("td", { class: "busy" }, gpu.busy === null ? null : share(gpu.busy)), el("td", { class: "num" }, cell(gpu, "busy", percent)),
      el("td", { class: "num" }, cell(gpu, "memory", percent)), el("td", { class: "num" }, cell(gpu, "heat", heat)), el("td", { class: "num" }, cell(gpu, "watts", (value) => Math.round(value).toLocaleString("en"))));
    return table([["Pod, device"], ["Busy", "", 76], ["", "num", 48], ["Mem", "num", 52], ["°C", "num", 40], ["W", "num", 52]], one.rows.map(row));
  }

  const DEVICE = [["Node"], ["GPU", "num", 52], ["Type", "hm"], ["Pod", "hm"], ["Busy", "num", 68], ["Memory, GiB", "num hm", 116], ["°C", "num", 48], ["W", "num hm", 64], ["Last XID", "num", 76], ["Read", "num hm", 72]];
  const gib = (mb) => (mb / 1024).toFixed(1);

  function allDevices(one) {
    if (!one.rows.length) return quiet(one.reason);
    const row = (gpu) => el("tr", { "data-key": gpu.key },
      el("td", { title: gpu.node }, gpu.node), el("td", { class: "num" }, gpu.number === null ? none("It names no number.") : gpu.number), el("td", { class: "hm", title: gpu.type }, gpu.type), el("td", { class: "hm", title: gpu.pod || null }, gpu.pod || faint("none")),
      el("td", { class: "num" }, cell(gpu, "busy", percent)), el("td", { class: "num hm" }, cell(gpu, "used_mb", gib), gpu.total_mb === null ? null : ` of ${gib(gpu.total_mb)}`),
      el("td", { class: "num" }, cell(gpu, "heat", heat)), el("td", { class: "num hm" }, cell(gpu, "watts", (value) => Math.round(value).toLocaleString("en"))),
      el("td", { class: "num" }, cell(gpu, "xid", (value) => (value ? el("span", { class: "wrn" }, value) : faint("none")))), el("td", { class: "num hm" }, ngf.since(gpu.at, { style: "age" })));
    return el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "GPU devices" }, table(DEVICE, one.rows.map(row)));
  }

  function bill(one, many) {
    const lines = many ? one.lines : one.lines.slice(0, 4);
    return el("dl", { class: "bill" }, lines.map(({ label, value, why }) => el("div", {}, el("dt", {}, label), el("dd", { title: why || null }, value === null ? none(why) : value), many && value === null && why ? el("dd", { class: "why" }, why) : null)));
  }

  // How the picker is set, and where that is changed.
  function settings(one) {
    const change = one.change ? el("span", { class: "src" }, el("a", { class: "needs-operator", href: one.change }, "Change")) : null;
    const rows = one.rows.map(({ label, value }) => el("div", {}, el("dt", {}, label), el("dd", {}, value)));
    return [el("header", {}, el("h2", {}, "Picker"), el("span", { class: "u" }, "as it is set"), change),
      el("div", { class: "bd0" }, rows.length ? el("dl", { class: "bill" }, rows) : null, one.reason ? el("div", { class: "quiet" }, one.reason) : null)];
  }

  const POD = [["Pod"], ["Node", "hm", 136], ["Engine", "hm", 76], ["Running", "num hm", 76], ["Waiting", "num", 76], ["KV cache", "num", 84], ["Prefix hits", "num hm", 92], ["Tokens/s", "num hm", 84], ["GPUs", "hm", 64], ["Busy", "num", 68], ["Mem", "num hm", 60], ["°C", "num hm", 48], ["W", "num hm", 64], ["Read", "num hm", 72]];

  function pods(one) {
    if (!one.rows.length) return quiet(one.reason);
    const row = (pod) => el("tr", { "data-key": pod.key },
      el("td", { class: "nm", title: `${pod.name}${pod.model ? `, ${pod.model}` : ""}` }, el("b", {}, pod.tail), el("span", { class: "sub" }, pod.node)), el("td", { class: "hm", title: pod.node }, pod.node), el("td", { class: "hm" }, pod.engine),
      el("td", { class: "num hm" }, cell(pod, "running", digits)), el("td", { class: "num" }, cell(pod, "waiting", digits)), el("td", { class: "num" }, cell(pod, "cache", percent)),
      el("td", { class: "num hm" }, cell(pod, "prefix", percent)), el("td", { class: "num hm" }, cell(pod, "tokens", digits)), el("td", { class: "hm" }, pod.gpus || faint("none")),
      el("td", { class: "num" }, cell(pod, "busy", percent)), el("td", { class: "num hm" }, cell(pod, "memory", percent)), el("td", { class: "num hm" }, cell(pod, "heat", heat)), el("td", { class: "num hm" }, cell(pod, "watts", (value) => Math.round(value).toLocaleString("en"))),
      el("td", { class: "num hm" }, ngf.since(pod.at, { style: "age" })));
    return el("div", { class: "cap", tabindex: "0", role: "region", "aria-label": "Pods" }, table(POD, one.rows.map(row)));
  }

  // Links of the tabs: this page with another tab, or the page of another kind about this pool.
  function links(answer) {
    const view = ngf.view.get();
    for (const link of document.querySelectorAll("#pool-tabs a")) {
      const url = new URL(location.href);
      if (!link.dataset.elsewhere) {
        if (link.dataset.tab === "overview") url.searchParams.delete("tab"); else url.searchParams.set("tab", link.dataset.tab);
        link.setAttribute("href", url.pathname + url.search);
      } else if (answer.place) {
        const [cluster, namespace, name] = answer.place;
        const range = view.range ? `&range=${encodeURIComponent(view.range)}` : "";
        link.setAttribute("href", link.dataset.elsewhere === "autoscaling" ? `/autoscaling?sel=${cluster}/${namespace}/${name}${range}` : `/decisions?cluster=${cluster}&pool=${namespace}/${name}${range}`);
      }
    }
  }

  function head(answer) {
    document.querySelector(".pool-page").classList.toggle("missing", Boolean(answer.missing));
    ngf.put("pool-title", answer.name || ngf.view.get().pool || "Pool");
    ngf.put("pool-sub", answer.place ? answer.place.slice(0, 2).join(" / ") : "");
    ngf.put("pool-pill", !answer.word ? null : el("span", { class: `pill ${ngf.tone(answer.status)}` }, ngf.statusIcon(answer.status), [answer.word, answer.why].filter(Boolean).join(", ")));
    ngf.put("pool-facts", (answer.facts || []).map(fact));
    ngf.put("pool-strip", answer.strip ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, answer.strip)) : null);
    ngf.put("pool-missing", answer.missing ? el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon("layers")), el("div", { class: "b6" }, answer.missing.replace(/\.$/, "")), el("div", { class: "state-t" }, "It may have been deleted, or be outside the chosen cluster and namespace."), el("div", { class: "state-a" }, el("a", { class: "btn btn-primary", href: "/pools" }, "All pools"))) : null);
    ngf.put("pool-links",
      el("span", { id: "pool-grafana", class: "slot" }, ngf.facts && ngf.facts.grafana ? el("a", { class: "btn btn-secondary", href: ngf.grafana(), target: "_blank", rel: "noopener" }, ngf.icon("box-arrow-up-right"), "Open in Grafana") : null),
      answer.edit ? el("a", { class: "btn btn-primary needs-operator", href: answer.edit }, answer.stack ? "Edit stack" : "Edit") : null);
    ngf.put("pool-pods-n", answer.pods_count === null || answer.pods_count === undefined ? "" : String(answer.pods_count));
  }

  function tab(answer) {
    if (answer.tab === "pods" && answer.pods) {
      ngf.put("pool-pods", pods(answer.pods));
      src("pool-pods-src", answer.pods);
      ngf.put("pool-devices", allDevices(answer.gpus));
      src("pool-devices-src", answer.gpus);
    } else if (answer.tab === "cost") {
      ngf.put("pool-bill", bill(answer.bill, true));
      ngf.put("pool-bill-src", answer.bill.source);
    } else {
      ngf.put("pool-ttft-unit", answer.vantage || "");
      ngf.put("pool-gpus", devices(answer.gpus));
      ngf.put("pool-gpus-unit", answer.gpus.count > answer.gpus.rows.length ? `${answer.gpus.rows.length} of ${answer.gpus.count}` : "");
      src("pool-gpus-src", answer.gpus);
      ngf.put("pool-settings", settings(answer.settings));
      ngf.put("pool-cost", bill(answer.cost, false));
      ngf.put("pool-cost-src", answer.cost.source);
    }
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfPool = {
    draw(answer) {
      if (!answer || !here()) return;
      head(answer);
      if (!answer.missing) tab(answer);
      links(answer);
      dash_clientside.ngfPanels.draw(answer);
    },
  };

  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("#pool-tabs a:not([data-elsewhere])");
    if (!link || !here() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ngf.view.set({ tab: link === link.parentElement.firstElementChild ? "" : link.dataset.tab });
  }, true);

  window.addEventListener("ngf:view", ({ detail: view }) => { if (here()) { ngf.tabs("pool-tabs", ["pods", "cost"].includes(view.tab) ? view.tab : ""); links({}); } });

  ngf.panelPage({ path: HERE, store: "pool-asked", answers: ["pool-data"], keys: ["pool", "tab"] });
})(window.ngf = window.ngf || {});
