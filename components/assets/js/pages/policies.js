// Policies: which do not take effect and what they give way to, and what is in effect for an object.
// Shapes are those of callbacks/policies.py and of REST's policies/effective.
//
// ngf.effective.table(told, {cluster})   a node: setting by setting the value that counts and whose it
//                                        is, overridden and refused ones struck with the reason.
//                                        `told` is what policies/effective answers; names with an
//                                        `href` are links
(function (ngf) {
  const el = ngf.element;
  const put = (id, ...nodes) => ngf.put(id, ...nodes);
  const no = () => window.dash_clientside.no_update;
  const faint = (text) => el("span", { class: "t3" }, text);
  const place = (one) => (one.hidden || !one.name ? `${/^[AEIOU]/.test(one.kind) ? "an" : "a"} ${one.kind} that is not visible to you` : [one.namespace, one.name].filter(Boolean).join("/"));
  const named = (one) => (one.href ? el("a", { href: one.href }, place(one)) : place(one));
  const kinded = (one) => (one.hidden ? place(one) : [`${one.kind} `, named(one)]);

  /* A value as people write it: lists by entry, objects by field. */
  function said(value) {
    if (value === true || value === false) return String(value);
    if (Array.isArray(value)) return value.length ? value.map(said).join("; ") : "empty";
    if (value && typeof value === "object") return Object.entries(value).map(([name, one]) => `${name} ${said(one)}`).join(", ");
    return String(value);
  }

  function origin(one) {
    const on = one.on.kind === "GatewayClass" || one.on.kind === "Gateway" || one.on.kind === "Service" || one.on.kind.endsWith("Route");
    return el("span", { class: "t2" }, one.policy.kind === "NginxProxy" ? "NginxProxy " : "", named(one.policy), on ? [", on ", one.on.kind.toLowerCase() === "gatewayclass" ? "class " : `${one.on.kind} `, place(one.on)] : null,
      one.section ? `, ${one.section}` : "", one.gateway && one.gateway.name !== one.on.name ? [" for gateway ", place(one.gateway)] : null);
  }

  const why = (one) => (one.refusal ? [el("b", { class: "b5" }, one.refusal.reason || "Without effect"), ". ", one.refusal.message, one.refusal.counterpart ? [" It gives way to ", kinded(one.refusal.counterpart), "."] : null] : [`Overridden by ${place(one.overridden_by)}. `, one.because]);

  function rows(told) {
    return told.settings.map((row) => {
      const lost = [...row.overridden, ...row.refused];
      return el("tr", {},
        el("td", { class: "mono" }, row.path, row.rule !== null && row.rule !== undefined ? el("span", { class: "t3" }, ` rule ${row.rule + 1}`) : null, row.service ? el("span", { class: "t3" }, ` ${place(row.service)}`) : null),
        el("td", {}, row.values.length ? row.values.map((one) => el("div", { class: "eff" }, el("span", { class: "mono", title: said(one.value) }, said(one.value)), " ", origin(one))) : faint("none")),
        el("td", {}, lost.length ? lost.map((one) => el("div", { class: "eff lost", title: one.source || (one.refusal && one.refusal.source) || null }, el("s", { class: "mono", title: said(one.value) }, said(one.value)), " ", origin(one), el("div", { class: "hint" }, why(one)))) : faint("nothing")));
    });
  }

  ngf.effective = {
    said,
    table(told) {
      if (!told.settings.length) return el("div", { class: "quiet" }, "No policy applies, and no NginxProxy sets anything.");
      const kinds = [...new Set(told.settings.map((one) => one.kind))];
      const order = [...kinds.filter((one) => one !== "NginxProxy"), ...kinds.filter((one) => one === "NginxProxy")];
      return el("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Settings in effect" }, el("table", { class: "grid tight effects" },
        el("thead", {}, el("tr", {}, ["Setting", "In effect", "Overridden or refused"].map((one) => el("th", { scope: "col" }, one)))),
        order.map((kind) => el("tbody", { "data-key": kind }, el("tr", { class: "grp" }, el("th", { colspan: 3, scope: "rowgroup" }, kind)), rows({ settings: told.settings.filter((one) => one.kind === kind) })))));
    },
  };

  const ICONS = { ok: "check-circle-fill", warn: "exclamation-triangle-fill", info: "circle-half", unk: "question-circle" };
  const agreement = { true: ["ok", "says so too"], false: ["warn", "does not say so"], null: ["info", "has not looked yet"] };

  function conflict(one) {
    const [tone, words] = one.reason ? agreement[String(one.agrees)] : ["unk", "says nothing of it"];
    return el("tr", { "data-key": `${one.cluster}/${one.kind}/${one.namespace}/${one.name}/${one.target ? one.target.name : ""}/${one.reason}` },
      el("td", {}, el("span", { class: `st ${one.reason ? "err" : "unk"}` }, ngf.icon(one.reason ? "x-octagon-fill" : "question-circle"), one.reason || "Not used")),
      el("td", {}, el("span", { class: "t3" }, `${one.kind} `), el("a", { href: one.href }, `${one.namespace}/${one.name}`), el("div", { class: "hint hm" }, el("span", { class: `cl c${one.slot}` }, one.cluster))),
      el("td", { class: "hm" }, one.target ? kinded(one.target) : faint("several")),
      el("td", {}, one.counterpart ? kinded(one.counterpart) : faint("nothing"), one.fields.length ? el("div", { class: "hint mono" }, one.fields.join(", ")) : null),
      el("td", { class: "wrap" }, one.message, el("div", { class: "hint", title: [...one.said.map((said) => said.message), `Rule: ${one.source}`].join("\n") }, ngf.icon(ICONS[tone]), ` The controller ${words}.`)));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfPolicies = {
    conflicts(told) {
      if (!told) return;
      put("policy-conflicts-unit", told.total ? String(told.total) : "none");
      put("policy-conflicts-rows", told.rows.length
        ? el("div", { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Policies that do not take effect" }, el("table", { class: "grid tight conflicts" },
          el("colgroup", {}, [14, 22, 16, 20, 28].map((width, at) => el("col", { class: at === 2 ? "hm" : null, style: `width:${width}%` }))),
          el("thead", {}, el("tr", {}, [["Reason"], ["Policy"], ["Target", "hm"], ["Gives way to"], ["Why"]].map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))),
          el("tbody", {}, told.rows.map(conflict))))
        : el("div", { class: "quiet" }, "Every policy takes effect where it is meant to."));
    },
    effect(told) {
      if (!told) return;
      options("effect-cluster", told.clusters, told.cluster);
      options("effect-object", told.objects, told.object);
      options("effect-section", ["", ...told.sections], told.section);
      dash_clientside.set_props("effect-of", { value: told.of });
      put("effect-strip", told.why ? el("div", { class: "strip info" }, ngf.icon("info-circle"), el("div", {}, told.why)) : told.unread.length ? el("div", { class: "strip warn" }, ngf.icon("exclamation-triangle-fill"), el("div", {}, `Not known now: ${told.unread.join(", ")}. What they set is missing below.`)) : null);
      if (!told.settings) { put("effect-rows", el("div", { class: "quiet" }, "Choose an object above.")); put("effect-unit", ""); put("effect-said", null); return; }
      put("effect-unit", el("span", {}, `for ${told.of} `, el("a", { href: told.href }, told.object)));
      put("effect-rows", ngf.effective.table(told));
      put("effect-said", told.hidden ? `${told.hidden} more in namespaces that are not visible to you.` : null);
    },
  };

  function options(id, values, value) {
    dash_clientside.set_props(id, { options: values.map((one) => ({ label: one || "All of it", value: one })), value });
  }

  /* What is chosen goes to the address; the address is what is asked. */
  document.addEventListener("change", (event) => {
    const part = { "effect-cluster": "cluster", "effect-of": "of", "effect-object": "object", "effect-section": "section" }[event.target.id];
    if (!part) return;
    const value = event.target.value;
    const below = { cluster: { object: "", section: "" }, of: { object: "", section: "" }, object: { section: "" }, section: {} }[part];
    ngf.view.set({ [part]: part === "cluster" ? [value] : value, ...below });
  });

  for (const [path, store, keys] of [["/policies/conflicts", "policy-conflicts-asked", ["cluster", "namespace"]], ["/policies/effective", "policy-effect-asked", ["cluster", "of", "object", "section"]]]) {
    let last = null;
    let count = 0;
    let soon = null;
    const key = () => { const view = ngf.view.get(); return JSON.stringify(keys.map((one) => view[one] || "")); };
    const ask = () => { count += 1; last = key(); dash_clientside.set_props(store, { data: Object.assign(ngf.view.get(), { count }) }); };
    window.addEventListener("ngf:view", () => {
      if (location.pathname !== path) last = null;
      else if (last === null) last = key();
      else if (last !== key()) ask();
    });
    window.addEventListener("ngf:changes", () => {
      if (location.pathname !== path || last === null) return;
      clearTimeout(soon);
      soon = setTimeout(() => { if (location.pathname === path) ask(); }, 500);
    });
  }
})(window.ngf = window.ngf || {});
