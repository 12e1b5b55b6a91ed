// Autoscaling, drawn from one answer of the server. Shapes are those of callbacks/autoscaling_words.py.
(function (ngf) {
  const el = ngf.element;
  const HERE = "/autoscaling";
  const here = () => location.pathname === HERE;
  let data = null;

  const faint = (text) => el("span", { class: "t3" }, text);
  const address = (id) => { const url = new URL(location.href); url.searchParams.set("sel", id); return url.pathname + url.search; };

  function line(row) {
    const chosen = row.id === data.chosen;
    return el("tr", { "data-key": row.id, "data-pool": row.id, class: chosen ? "sel" : null },
      el("td", { class: "nm" }, el("span", { class: "row-f" }, ngf.status(row.status, row.status, true), el("a", { class: "plain ell", href: address(row.id), "aria-current": chosen ? "true" : null, title: row.id }, faint(`${row.namespace}/`), el("b", { class: "b6" }, row.name))),
        el("span", { class: "under" }, el("span", { class: `cl c${row.slot}` }, row.cluster))),
      el("td", { class: "num" }, row.size === null ? faint("no data") : row.size, el("span", { class: "under t3" }, row.limits ? `of ${row.limits}` : null)),
      el("td", { class: "t2 why", title: row.text }, el("span", {}, row.text)));
  }

  function pools() {
    if (!data.pools.length) return el("div", { class: "quiet" }, "No InferencePool is known here. A pool appears with its InferencePool object, whether anything scales it or not.");
    const head = [["Pool", 42], ["Size", 18, "num"], ["Why", 40]];
    return el("table", { class: "grid tight" }, el("thead", {}, el("tr", {}, head.map(([label, width, kind]) => el("th", { scope: "col", class: kind, style: `width:${width}%` }, label)))), el("tbody", {}, data.pools.map(line)));
  }

  const fact = ([object, field, value]) => el("li", {}, el("span", { class: "t2" }, object), " ", el("code", {}, field), " ", el("span", {}, value));

  function sentence(one, at) {
    return el("div", { class: `cond ${ngf.tone(one.status)}` }, ngf.statusIcon(one.status), el("div", { class: at ? null : "b5" }, one.text), el("span"),
      one.evidence.length ? el("ul", { class: "m facts-of" }, one.evidence.map(fact)) : null);
  }

  function why() {
    if (!data.why) return el("div", { class: "quiet" }, data.missing ? `There is no pool ${data.missing}, or it is not among the chosen clusters and namespaces.` : "There is no pool to explain.");
    return data.why.parts.map((part) => [
      part.title ? el("div", { class: "part" }, el("b", { class: "b6" }, part.title), " ", el("span", { class: "t2" }, part.size), " ", el("span", { class: "t3" }, `scaled by ${part.scalers}`)) : null,
      part.said.map(sentence)]);
  }

  function happened(one) {
    return el("div", { "data-key": one.id, class: `cond ${ngf.tone(one.status)}` }, ngf.statusIcon(one.status), el("div", { class: "ell" }, el("span", { class: "b5" }, one.title), one.reason ? [" ", el("span", { class: "r" }, one.reason)] : null),
      el("span", { class: "w" }, ngf.since(one.at)), el("div", { class: "m", title: `${one.text} (${one.source})` }, one.text));
  }

  function events() {
    const list = data.events || [];
    return list.length ? list.map(happened) : el("div", { class: "quiet" }, data.events_reason || "");
  }

  function draw() {
    ngf.put("scaling-pools", pools());
    ngf.put("scaling-pools-unit", data.count > data.pools.length ? `${data.pools.length} of ${data.count}` : `${data.count}, problems first`);
    ngf.put("scaling-why", why());
    ngf.put("scaling-why-unit", data.chosen || "");
    ngf.put("scaling-why-src", data.why ? ["Kubernetes", data.why.as_of ? [", ", ngf.since(data.why.as_of, { style: "age" })] : null] : null);
    ngf.put("scaling-strip", data.why && data.why.reason ? el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, el("b", { class: "b6" }, "This is as last seen."), " ", data.why.reason)) : null);
    ngf.put("scaling-metric-unit", data.unit || "");
    ngf.put("scaling-events", events());
    ngf.put("scaling-events-unit", data.events && data.events.length ? String(data.events.length) : "");
    ngf.put("scaling-events-src", data.events_source || "");
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfAutoscaling = {
    draw(answer) {
      if (!answer || !here()) return;
      data = answer;
      draw();
      dash_clientside.ngfPanels.draw(answer);
    },
  };

  ngf.panelPage({ path: HERE, store: "scaling-asked", answers: ["scaling-data"], keys: ["sel"] });

  // Before the link is followed: that would build the page anew.
  document.addEventListener("click", function (event) {
    const row = here() && event.target.closest && event.target.closest("[data-pool]");
    if (!row || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    ngf.view.set({ sel: row.dataset.pool });
  }, true);
})(window.ngf = window.ngf || {});
