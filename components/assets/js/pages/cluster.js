// Draws the page of one cluster from one answer of the server, and asks before what cannot be undone.
// Shapes are those of callbacks/cluster.py.
(function (ngf) {
  const el = ngf.element;
  const here = () => /^\/clusters\/[^/]+$/.test(location.pathname) && location.pathname !== "/clusters/register";
  const SHOWN = 8; // rows of GPUs; their own page has all
  let data = null;
  let gone = null; // what unregistering has answered: the page tells it instead of that there is nothing
  let count = 0;

  const faint = (text) => el("span", { class: "t3" }, text);
  const millis = (seconds) => `${Math.max(1, Math.round(seconds * 1000)).toLocaleString("en")} ms`;
  const ago = (iso) => [ngf.since(iso, { style: "age" }), " ago"];
  const quiet = (text) => el("div", { class: "quiet" }, text);

  function facts() {
    const made = data.facts.map((fact) => el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.ago ? [el("span", {}, ago(fact.ago)), fact.note ? faint(fact.note) : null] : fact.value)));
    if (data.labels.length) made.push(el("div", {}, el("dt", {}, "Labels"), el("dd", {}, data.labels.map((label) => el("a", { class: "tag plain", href: `/clusters?label=${encodeURIComponent(label)}` }, label)))));
    return made;
  }

  const strip = () => (data.title ? el("div", { class: `strip ${data.status === "err" ? "err" : "warn"}` }, ngf.statusIcon(data.status), el("div", {}, el("b", { class: "b6" }, data.title.replace(/\.$/, ""), "."), " ", ngf.parts(data.text))) : null);

  const condition = (one) => el("div", { class: `cond ${ngf.tone(one.status)}`, "data-key": one.type }, ngf.statusIcon(one.status),
    el("div", { class: "ell" }, el("span", { class: "b5" }, one.type), "  ", el("span", { class: "r" }, [one.said, one.reason].join(", "))),
    el("span", { class: "w" }, ngf.since(one.since)), el("div", { class: "m" }, one.text));

  function checks() {
    const known = data.checks.map((check) => check.seconds).filter((seconds) => seconds !== null).sort((a, b) => a - b);
    const failed = data.checks.length - known.length;
    const most = Math.max(0.02, ...known);
    const words = [`${data.checks.length - failed} of ${data.checks.length} half minutes without a failure`, known.length ? `median ${millis(known[Math.floor(known.length / 2)])}, slowest ${millis(most)}` : ""].filter(Boolean).join("; ");
    const bar = ({ at, seconds }) => el("i", { class: seconds === null ? "bad" : "", title: `${ngf.absolute(at)}: ${seconds === null ? "failed" : millis(seconds)}`, style: `height:${seconds === null ? 100 : Math.max(6, Math.round(100 * seconds / most))}%` });
    const rows = [["Circuit", ngf.parts(data.circuit)], ["Last check", data.latest ? [...ago(data.latest.at), data.latest.seconds === null ? ", failed" : `, ${millis(data.latest.seconds)}`] : "none yet"], ["Last half hour", data.checks.length ? words : "nothing yet"]];
    return [data.checks.length ? el("div", { class: "bars wide", role: "img", "aria-label": `Checks of the last half hour: ${words}` }, Array.from({ length: 60 - data.checks.length }, () => el("i", { class: "none" })), data.checks.map(bar)) : null,
      el("dl", { class: "kv inset" }, rows.map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]))];
  }

  function counts() {
    const source = (one) => (one.value === null ? "" : one.at ? [`${one.source}, `, ngf.since(one.at, { style: "age" }), " ago"] : "watch, now");
    return el("table", { class: "grid tight" }, el("colgroup", {}, [34, 16, 50].map((width) => el("col", { style: `width:${width}%` }))),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Kind"), el("th", { scope: "col", class: "num" }, "Count"), el("th", { scope: "col" }, "Source"))),
      el("tbody", {}, data.counts.map((one) => el("tr", { "data-key": one.kind }, el("td", {}, one.href ? el("a", { href: one.href }, one.label) : one.label),
        el("td", { class: "num" }, one.value === null ? faint("no data") : one.value.toLocaleString("en")), el("td", { class: "t2", title: one.why }, source(one), one.value === null ? faint(one.why) : one.at && one.why ? faint(`  ${one.why}`) : null)))));
  }

  function agent(one) {
    if (!one) return quiet("No agent reports to this console: that takes a hub of ManagedClusters.");
    const rows = [["State", [ngf.status(one.status, one.reason)]], ["Version", one.version || faint("not known")], ["Last heartbeat", one.heartbeat ? ago(one.heartbeat) : faint("never")], ["Expected", `every ${one.interval} s, stale after ${one.stale_after} s`],
      ["Operator", one.operator === null ? faint("not known") : one.operator ? "healthy" : "not healthy"], ["Heartbeats", one.sequence === null ? faint("none") : `number ${one.sequence.toLocaleString("en")}`]];
    return el("dl", { class: "kv inset" }, rows.map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
  }

  function gpus(found) {
    if (!found) return quiet(`No data. ${data.gpus_unknown}`);
    if (!found.total) return quiet("None. No node of this cluster has a GPU.");
    const row = (one) => el("tr", { "data-key": one.key }, el("td", { title: one.product }, one.node), el("td", { title: one.product }, one.name), el("td", { class: "t2 hm" }, one.offered), el("td", { class: "num" }, one.allocated === null ? faint("no data") : one.allocated), el("td", { class: "num" }, one.total));
    const rows = found.nodes.length ? found.nodes.map((one) => ({ ...one, key: `${one.node} ${one.resource}`, name: one.short })) : Object.entries(found.types).map(([name, [allocated, total]]) => ({ key: name, product: name, node: faint("not told"), name, offered: "", allocated, total }));
    return [el("table", { class: "grid tight" }, el("colgroup", {}, [28, 25, 20, 15, 12].map((width, at) => el("col", { class: at === 2 ? "hm" : null, style: `width:${width}%` }))), el("thead", {}, el("tr", {}, [["Node"], ["Type"], ["Offered", "hm"], ["Allocated", "num"], ["Total", "num"]].map(([label, kind]) => el("th", { scope: "col", class: kind || null }, label)))),
      el("tbody", {}, rows.slice(0, SHOWN).map(row))),
    rows.length > SHOWN ? quiet(`${rows.length - SHOWN} more on the page of GPU capacity.`) : null,
    found.notes.map((text) => quiet(text)), found.reason ? quiet(["As last seen ", ngf.since(found.as_of, { style: "age" }), " ago."]) : null];
  }

  function install({ manage, name }) {
    if (!manage.may) return quiet(manage.why);
    return el("div", { class: "inset fs" }, el("p", { class: "t2" }, `Run this with kubectl and helm on ${name}. It asks for the token, which stands in no command.`),
      manage.problem ? el("div", { class: "strip warn tall" }, ngf.statusIcon("warn"), el("div", {}, manage.problem)) : null, ngf.command(manage.command, "Install command"));
  }

  // What a live test has found, in lines; the registration of a cluster shows the same.
  ngf.findings = (found) => el("div", { class: "conds" }, found.map((one) => el("div", { class: `cond ${ngf.tone(one.status)}`, "data-key": one.name }, ngf.statusIcon(one.status),
    el("div", { class: "b5" }, one.name, el("span", { class: "visually-hidden" }, `: ${{ ok: "fine", warn: "a warning", err: "a failure", unknown: "not known" }[one.status]}`)),
    el("span", { class: "w" }, one.seconds === null ? "" : millis(one.seconds)), el("div", { class: "m" }, one.text))));

  const panel = (title, unit, body) => el("section", { class: "panel" }, el("header", { class: "rule" }, el("h2", {}, title), el("span", { class: "u" }, unit)), el("div", { class: "bd0" }, body));

  function missing(message) {
    document.getElementById("cluster-page").className = "cluster-page missing";
    const all = el("a", { class: "btn btn-primary", href: "/clusters" }, "All clusters");
    if (!gone || gone.name !== data.name) {
      ngf.put("cluster-missing", el("div", { class: "state" }, el("div", { class: "state-i" }, ngf.icon("hdd-stack")), el("div", { class: "b6" }, message.replace(/\.$/, "")), el("div", { class: "state-t" }, "It may have been unregistered, or the address be mistyped."), el("div", { class: "state-a" }, all)));
      return;
    }
    ngf.put("cluster-missing", el("div", { class: "farewell fs" }, el("div", { class: "row-f" }, ngf.status("ok", `${gone.name} is unregistered`)), el("p", { class: "t2" }, "On the cluster itself there may still be:"),
      el("ul", {}, gone.remains.map((text) => el("li", {}, text))), el("p", { class: "t2" }, "These commands remove it; definitions and objects stay, because others may use them."), ngf.command(gone.command, "Commands that remove the rest"), el("div", { class: "row-f" }, all)));
  }

  function draw() {
    document.getElementById("cluster-page").className = "cluster-page";
    document.getElementById("cluster-page").classList.toggle("unmanaged", !data.manage.may);
    ngf.put("cluster-pill", el("span", { class: `pill ${ngf.tone(data.status)}` }, ngf.statusIcon(data.status), [data.word, data.reason].filter(Boolean).join(": ")));
    ngf.put("cluster-sub", data.label === data.name ? "" : data.label);
    ngf.put("cluster-facts", facts());
    ngf.put("cluster-strip", strip());
    ngf.put("cluster-conditions", el("div", { class: "conds" }, data.conditions.map(condition)));
    ngf.put("cluster-checks", checks());
    ngf.put("cluster-checks-src", `every ${data.every} s`);
    ngf.put("cluster-counts", counts());
    ngf.put("cluster-agent", agent(data.agent));
    ngf.put("cluster-gpus", gpus(data.gpus));
    ngf.put("cluster-gpus-unit", data.gpus && data.gpus.total ? `${data.gpus.allocated} of ${data.gpus.total} allocated, ${data.gpus.source === "agent" ? "as the agent says" : "by nodes and pods"}` : "");
    ngf.put("cluster-gpus-src", el("a", { href: `/gpus?cluster=${data.name}` }, "GPU capacity"));
    ngf.put("cluster-install", install(data));
    ngf.put("cluster-token-why", data.manage.may ? "" : data.manage.why);
    ngf.put("cluster-denied", data.manage.may ? null : el("div", { class: "strip info" }, ngf.icon("lock"), el("div", {}, el("b", { class: "b6" }, "You may look at this cluster, not change it."), " ", data.manage.why)));
    document.getElementById("cluster-test").hidden = !data.manage.may;
    // The hub itself is reached without a kubeconfig and cannot leave.
    for (const node of document.querySelectorAll("#cluster-kubeconfig, [data-cluster-ask=unregister]")) node.disabled = Boolean(data.manage.local);
    ngf.put("cluster-local", data.manage.local ? "This is the hub itself: it is reached as the console's own account and stays registered." : "");
    for (const key of ["region", "environment"]) ngf.put(`cluster-${key}-known`, [...new Set(ngf.facts.clusters.map((cluster) => cluster[key]))].filter(Boolean).sort().map((text) => el("option", { value: text })));
    for (const node of document.querySelectorAll("#cluster-page .managed")) node.hidden = !data.manage.may;
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfCluster = {
    draw(answer, view) {
      if (!answer || !view || !here() || decodeURIComponent(location.pathname.split("/")[2]) !== answer.name) return dash_clientside.no_update;
      ngf.tabs("cluster-tabs", view.tab);
      if (data === answer) return dash_clientside.no_update;
      data = answer;
      follow.asked();
      if (data.missing) missing(data.missing); else draw();
      return dash_clientside.no_update;
    },
    tested(found) {
      if (!found) return;
      const body = found.failed ? el("div", { class: "conds" }, el("div", { class: "cond err" }, ngf.statusIcon("err"), el("div", { class: "b5" }, "Not tested"), el("span", {}), el("div", { class: "m" }, found.failed))) : ngf.findings(found.findings);
      ngf.put("cluster-test-room", panel("Live test", "as the console is let in now", body));
    },
    token(made) {
      if (made) ngf.put("cluster-token-shown", ngf.shownOnce(`Token of ${made.name}`, made.secret), el("p", { class: "t2 s12 above" }, "Put it into the agent's Secret, as the install command does; the agent reads it anew by itself."));
    },
    farewell(answer) {
      if (!answer) return;
      gone = answer;
      if (here() && data) { data = { name: answer.name, missing: "gone" }; missing("gone"); }
    },
  };

  function ask(title, lines, action, typed, run) {
    const name = el("input", { class: "form-control mono", id: "n-ask-name", autocomplete: "off" });
    const reason = el("input", { class: "form-control", id: "n-ask-reason", autocomplete: "off", maxlength: "500" });
    const go = el("button", { type: "button", class: "btn btn-danger", disabled: typed, onclick() { ngf.closeFloat(); run(reason.value, name.value); } }, action);
    const check = () => { go.disabled = typed && (name.value !== data.name || !reason.value.trim()); };
    const node = el("div", { class: "n-ask danger-dialog" }, el("h2", {}, title), el("div", { class: "conds" }, lines.map(([status, head, text]) => el("div", { class: `cond ${ngf.tone(status)}` }, ngf.statusIcon(status), el("div", { class: "b5" }, head), el("span", {}), el("div", { class: "m" }, text)))),
      typed ? [el("label", { class: "lab", for: "n-ask-name" }, "Type ", el("span", { class: "mono" }, data.name), " to confirm"), name, el("label", { class: "lab mt-2", for: "n-ask-reason" }, "Reason, kept in the audit log"), reason] : null,
      el("div", { class: "row-f" }, el("button", { type: "button", class: "btn btn-secondary", autofocus: true, onclick: () => ngf.closeFloat() }, "Cancel"), go));
    node.addEventListener("input", check);
    ngf.dialog(node, { label: title });
  }

  const ASKS = {
    revoke() {
      ask(`Revoke all tokens of ${data.name}?`, [["warn", "Its agent is refused from then on", "It reports again once a new token is in its Secret. Rotating keeps the old one valid for a while."]], "Revoke all tokens", false,
        () => dash_clientside.set_props("cluster-revoke", { data: { at: Date.now() } }));
    },
    unregister() {
      const known = data.counts.filter((one) => ["Gateway", "HTTPRoute"].includes(one.kind) && one.value).map((one) => `${one.value} ${one.label}`).join(" and ");
      ask(`Unregister ${data.name}?`, [
        ["warn", "Goes from the hub at once", `ManagedCluster ${data.name}, its Secrets with kubeconfig and Prometheus, and its agent's token.`],
        ["warn", "Is no longer shown here", `${known || "What it holds"}; lists, problems and GPUs of this cluster.`],
        ["note", "Stays on the cluster", `Everything that serves traffic, and: ${data.manage.remains.join("; ")}. The next page shows the commands that remove it.`],
      ], "Unregister cluster", true, (reason, typed) => dash_clientside.set_props("cluster-unregister", { data: { reason, typed, at: Date.now() } }));
    },
  };

  document.addEventListener("click", function (event) {
    const target = here() && data && event.target.closest ? event.target : null;
    if (!target) return;
    const button = target.closest("[data-cluster-ask]");
    if (button) ASKS[button.dataset.clusterAsk]();
    if (target.closest("#cluster-test")) ngf.put("cluster-test-room", panel("Live test", "as the console is let in now", quiet("Asking the cluster; at most 5 s a question.")));
    if (target.closest("[data-retry]")) follow.soon(1500);
    if (target.closest("#cluster-save")) ngf.unsaved(0, null);
  });

  document.addEventListener("input", (event) => { if (here() && event.target.closest("#cluster-form")) ngf.unsaved(1, document.getElementById("cluster-page")); });

  const follow = ngf.follow({
    here,
    concerns: (change) => change.cluster === "*" || (data && change.cluster === data.name),
    every: () => 4000,
    ask() {
      count += 1;
      dash_clientside.set_props("cluster-asked", { data: { name: decodeURIComponent(location.pathname.split("/")[2]), count } });
    },
  });
})(window.ngf = window.ngf || {});
