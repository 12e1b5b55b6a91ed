// What a wizard shows once it has applied: how each child stands until all are ready, and taking it
// back. Shapes are those of callbacks/progress.py.
//
// ngf.wizardProgress.draw(state)    the panel, the pill at the title, the buttons of the foot
// ngf.wizardProgress.tick(state)    the panel alone, whose times go on
// ngf.wizardProgress.child(...)     a row of an object, which the review has, too
(function (ngf) {
  const el = ngf.element;
  const TONES = { Ready: "ok", Adopted: "ok", Waiting: "info", Failed: "err", Skipped: "absent" };
  const SAID = { Ready: "ready", Waiting: "waiting", Adopted: "was there already" };
  const byId = (id) => document.getElementById(`wizard-${id}`);
  const quiet = (text) => el("div", { class: "quiet" }, text);
  let shown = null;

  const broken = (kind) => kind.split(/(?<=[a-z])(?=[A-Z])/).flatMap((word, at) => (at ? [el("wbr"), word] : [word]));

  function child(tone, kind, name, when, text, key) {
    return el("div", { class: `child ${tone === "absent" ? "off" : ngf.tone(tone)}`, "data-key": key },
      ngf.statusIcon(tone), el("span", { class: "k" }, broken(kind)), el("span", { class: "ell b5" }, name), el("span", { class: "w" }, when), el("div", { class: "m" }, text));
  }

  function passed(state, one) {
    if (one.state === "Skipped" || !state.applied.at) return "";
    const start = new Date(state.applied.at).getTime();
    const there = one.state === "Ready" || one.state === "Adopted";
    if (there && !one.since) return "";
    const end = there ? new Date(one.since).getTime() : ngf.now();
    return end < start - 1000 ? "before" : ngf.span((end - start) / 1000);
  }

  function row(state, one) {
    const name = one.href ? el("a", { href: one.href }, one.name) : one.name;
    const reason = one.reason && one.reason !== one.state ? `${one.reason}: ` : "";
    return child(TONES[one.state] || "info", one.kind, name, passed(state, one), [reason, one.message || SAID[one.state] || ""], `${one.kind}/${one.namespace}/${one.name}`);
  }

  const lacking = (one) => child("warn", one.section, one.reason, "", one.message, `lack/${one.section}`);

  function rows(state) {
    const found = state.progress;
    const more = found && found.hidden ? quiet(`${found.hidden} more in namespaces that are not visible to you.`) : null;
    if (found && (more || found.children.length + found.lacks.length)) return [found.lacks.map(lacking), found.children.map((one) => row(state, one)), more];
    if (found && found.gone) return quiet(found.gone);
    return quiet((found && found.waiting) || "Waiting for the operator to take it up.");
  }

  function meter({ progress }) {
    const [done, of] = progress ? [progress.ready, progress.of] : [0, 0];
    const percent = of ? Math.round((100 * done) / of) : 0;
    const bar = { class: `meter${progress && progress.tone === "err" ? " err" : ""}`, role: "progressbar", "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": `${done} of ${of} ready` };
    return el("div", { class: "wz-meter" }, el("div", bar, el("b", { style: `width:${percent}%` })));
  }

  function panel(state) {
    const live = document.querySelector("#wizard-progress-room [data-live]");
    const at = state.applied.at ? `applied ${ngf.absolute(state.applied.at).slice(11)}` : "";
    const head = el("header", { class: "rule" }, el("h2", {}, "Progress"), el("span", { class: "u" }, at), el("span", { class: "src", "data-live": "watch" }, live ? live.textContent : ""));
    const said = (state.progress && state.progress.message) || "Each line follows by itself.";
    return el("section", { class: "panel" }, head, el("div", { class: "bd0" }, meter(state), rows(state)), el("footer", {}, said));
  }

  const tick = (state) => ngf.put("wizard-progress-room", state.applied ? panel(state) : null);

  function draw(state) {
    shown = state;
    tick(state);
    const { applied, progress } = state;
    const [tone, word] = progress ? [progress.tone, progress.word] : ["info", "Applied"];
    ngf.put("wizard-pill", applied ? el("span", { class: `pill ${ngf.tone(tone)}` }, ngf.statusIcon(tone), word) : null);
    const mine = applied && ngf.wizardDraft.applied(state); // others open the progress by its address
    byId("drop").hidden = !mine || !state.ref.create || state.denied || Boolean(progress && progress.gone);
    byId("open").hidden = !applied || !progress || !progress.href;
    if (byId("open").hidden) return;
    byId("open").href = progress.href;
    byId("open").textContent = progress.open;
  }

  // The button that deletes asks first: it names what goes.
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("#wizard-drop")) return;
    const place = { kind: shown.told.kind, ...shown.applied };
    const children = ((shown.progress && shown.progress.children) || []).filter((one) => one.state !== "Skipped" && one.state !== "Adopted");
    const names = children.map((one) => `${one.kind} ${one.name}`).join(", ") || "everything that the operator made of it";
    const title = "Delete what was created?";
    function out() {
      ngf.closeFloat(true);
      dash_clientside.set_props("wizard-remove", { data: { ...place, at: Date.now() } });
    }
    ngf.dialog(el("div", { class: "n-leave" },
      el("h2", {}, title),
      el("p", { class: "t2" }, `${place.namespace}/${place.name} on ${place.cluster} goes, and with it ${names}.`),
      el("div", { class: "row-f" },
        el("button", { type: "button", class: "btn btn-secondary", autofocus: true, onclick: () => ngf.closeFloat() }, "Cancel"),
        el("button", { type: "button", class: "btn btn-danger", onclick: out }, "Delete"))), { label: title });
  });

  ngf.wizardProgress = { draw, tick, child };
})(window.ngf = window.ngf || {});
