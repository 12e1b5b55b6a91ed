// The last step of a wizard: what was asked for, what the server says to it, and once it is applied
// how each child stands until all are ready. Shapes are those of callbacks/wizards.py.
(function (ngf) {
  const el = ngf.element;
  const TONES = { Ready: "ok", Adopted: "ok", Waiting: "info", Failed: "err", Skipped: "absent" };
  const VERBS = { create: ["info", "is made"], change: ["info", "is changed"], same: ["ok", "stays as it is"], remove: ["warn", "is removed"], unread: ["unknown", "is kept or made: the console does not read this kind"] };
  const byId = (id) => document.getElementById(`wizard-${id}`);
  const many = (count, one, more) => `${count} ${count === 1 ? one : more || `${one}s`}`;
  const fresh = (state) => (state.answer && state.answer.turn === state.turn ? state.answer : null);
  const faults = (state) => Object.keys(state.faults).length;
  const lacking = (answer) => answer.lacks.filter((one) => one.blocks);

  const line = (tone, title, text, when) => el("div", { class: `cond ${ngf.tone(tone)}` }, ngf.statusIcon(tone), el("div", { class: "b5" }, title), el("span", { class: "w" }, when || ""), el("div", { class: "m" }, text));
  const quiet = (text) => el("div", { class: "quiet" }, text);

  function verdict(state) {
    if (state.denied) return ["unk", "", ""];
    if (state.applied) return [state.progress ? state.progress.tone : "info", state.progress ? state.progress.word : "Applied", state.progress && state.progress.phase === "Ready" ? "The operator keeps it that way: what is deleted or edited by hand is put back." : "You can leave this page; the operator goes on and the audit log has the result."];
    const answer = fresh(state);
    if (state.applying) return ["info", "Applying", ""];
    if (faults(state)) {
      const spoken = state.counts.some((count, at) => count && (at < state.reached || at === state.told.steps.length - 1 || state.pressed.has(at) || !state.ref.create));
      return spoken ? ["err", many(faults(state), "fault"), "Said at the fields; the steps with faults are marked."] : ["unk", "", "Nothing is stored before the last step."];
    }
    if (!answer) return ["info", "Checking", ""];
    if (answer.conflict) return ["warn", "Changed meanwhile", "Say above whose change counts."];
    if (answer.refused) return ["err", "Refused", answer.refused];
    if (!state.ref.create && !answer.changes) return ["unk", "No changes", "The live object is as this says."];
    const lacks = lacking(answer).length;
    if (lacks) return ["warn", "Dry-run passed", `${many(lacks, "part")} cannot be had on ${state.cluster} yet; the review says why.`];
    if (unreasoned(state) && state.step === state.told.steps.length - 1) return ["ok", "Dry-run passed", "Give a reason, then apply."];
    return ["ok", "Dry-run passed", state.ref.create ? "Nothing is stored before the last step." : `${many(answer.changes, "field")} would change.`];
  }

  // What a tool owns is changed with a reason.
  const unreasoned = (state) => Boolean(state.base.owned) && !byId("reason").value.trim();

  function ready(state) {
    const answer = fresh(state);
    return Boolean(answer && answer.ok && !faults(state) && !state.denied && !unreasoned(state) && (state.ref.create || answer.changes));
  }

  function counted(counts, lacks) {
    const of = (verb) => counts[verb];
    const parts = [of("create") && `${of("create")} to create`, of("change") && `${of("change")} to change`, of("remove") && `${of("remove")} to remove`, of("same") && `${of("same")} as they are`, lacks.length && `${lacks.length} skipped`].filter(Boolean);
    return parts.length ? `Of its objects ${parts.join(", ")}.` : "No object is made of it.";
  }

  function checks(state) {
    const answer = state.applied ? state.answer : fresh(state);
    if (!answer) return quiet(state.applied ? "It was applied earlier." : "Asking the server.");
    const failing = answer.children.filter((one) => one.fault);
    const blocked = lacking(answer);
    const rows = [];
    if (answer.conflict) rows.push(line("warn", "Somebody else changed the same", answer.conflict.clashes.join(", "), answer.at));
    else if (answer.refused) rows.push(line("err", "The server refuses it", answer.refused, answer.at));
    else if (answer.faults.length) rows.push(line("err", "The server refuses it", answer.faults.map((one) => `${one.field}: ${one.rule}`).join("; "), answer.at));
    else rows.push(line("ok", "Server dry-run passed", counted(answer.counts, answer.lacks), answer.at));
    if (answer.late) rows.push(line("warn", "Somebody else changed it meanwhile", "Both are merged: what you did not touch stays as they left it."));
    for (const one of answer.clashes) rows.push(line(one.blocks ? "err" : "warn", `Listener ${one.listener} ${one.blocks ? "conflicts with" : "meets"} ${one.with}`, one.rule));
    if (!answer.clashes.some((one) => one.blocks) && answer.clashing) rows.push(line("ok", "No listener conflict", answer.clashing));
    for (const one of failing) rows.push(line("err", `${one.kind} ${one.name} would be refused`, one.fault));
    if (blocked.length) rows.push(line("warn", `${many(blocked.length, "part")} cannot be had yet`, blocked.map((one) => one.message).join(" ")));
    return el("div", { class: "conds" }, rows);
  }

  const child = (tone, kind, name, when, text, key) => el("div", { class: `child ${tone === "absent" ? "off" : ngf.tone(tone)}`, "data-key": key }, ngf.statusIcon(tone), el("span", { class: "k" }, kind), el("span", { class: "ell b5" }, name), el("span", { class: "w" }, when), el("div", { class: "m" }, text));

  function beyond({ more, hidden }) {
    const said = [more ? `${many(more, "more object", "more objects")} ${more === 1 ? "is" : "are"} made of it` : "", hidden ? `${many(hidden, "object")} in namespaces that you may not see` : ""].filter(Boolean);
    return said.length ? quiet(`And ${said.join(", and ")}.`) : null;
  }

  function planned(state) {
    const answer = state.applied ? state.answer : fresh(state);
    if (!answer) return quiet(state.applied ? "The progress has every object." : "Asking the server.");
    if (!answer.children.length && !answer.lacks.length) return quiet(answer.ok ? "No object is made of it." : "Shown once the steps before have no fault.");
    return [answer.children.map((one) => {
      const [tone, word] = one.fault ? ["err", "would be refused"] : VERBS[one.verb] || ["info", one.verb];
      const where = one.namespace && one.namespace !== (state.object.metadata || {}).namespace ? ` in namespace ${one.namespace}` : "";
      return child(tone, one.kind, one.name, "", one.fault || [`${word}${where}`, one.changes.length ? `: ${one.changes.slice(0, 4).join(", ")}${one.changes.length > 4 ? ` and ${one.changes.length - 4} more` : ""}` : "", one.unchecked ? `. Not tried: ${one.unchecked}` : ""].join(""), `${one.kind}/${one.namespace}/${one.name}`);
    }), answer.lacks.map((one) => child(one.blocks ? "warn" : "absent", one.kind, one.name, "", [one.blocks ? "cannot be had: " : "skipped: ", one.message], `lack/${one.kind}/${one.name}`)), beyond(answer)];
  }

  /* Progress */
  function passed(state, one) {
    if (one.state === "Skipped" || !state.applied.at) return "";
    const start = new Date(state.applied.at).getTime();
    const there = one.state === "Ready" || one.state === "Adopted";
    if (there && !one.since) return "";
    const end = there ? new Date(one.since).getTime() : ngf.now();
    return end < start - 1000 ? "before" : ngf.span((end - start) / 1000);
  }

  function progress(state) {
    const found = state.progress;
    const [done, of] = found ? [found.ready, found.of] : [0, 0];
    const percent = of ? Math.round((100 * done) / of) : 0;
    const rows = found && found.children.length ? found.children.map((one) => child(TONES[one.state] || "info", one.kind, one.href ? el("a", { href: one.href }, one.name) : one.name, passed(state, one), [one.reason && one.reason !== one.state ? `${one.reason}: ` : "", one.message || { Ready: "ready", Waiting: "waiting", Adopted: "was there already" }[one.state] || ""], `${one.kind}/${one.namespace}/${one.name}`))
      : found && found.gone ? quiet(found.gone) : quiet(found && found.waiting ? found.waiting : "Waiting for the operator to take it up.");
    return el("section", { class: "panel" }, el("header", { class: "rule" }, el("h2", {}, "Progress"), el("span", { class: "u" }, state.applied.at ? `applied ${ngf.absolute(state.applied.at).slice(11)}` : ""), el("span", { class: "src", "data-live": "watch" }, (document.querySelector("#wizard-progress-room [data-live]") || {}).textContent)),
      el("div", { class: "bd0" }, el("div", { class: "wz-meter" }, el("div", { class: `meter${found && found.tone === "err" ? " err" : ""}`, role: "progressbar", "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": `${done} of ${of} ready` }, el("b", { style: `width:${percent}%` }))), rows),
      el("footer", {}, found && found.message ? found.message : "Each line follows by itself."));
  }

  function draw(state, rows) {
    ngf.put("wizard-summary", el("dl", { class: "kv" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])));
    ngf.put("wizard-checks", checks(state));
    ngf.put("wizard-children", planned(state));
    byId("changes").hidden = state.ref.create;
    ngf.put("wizard-progress-room", state.applied ? progress(state) : null);
    const found = state.progress;
    const pill = state.applied && el("span", { class: `pill ${ngf.tone(found ? found.tone : "info")}` }, ngf.statusIcon(found ? found.tone : "info"), found ? found.word : "Applied");
    ngf.put("wizard-pill", pill || null);
  }

  function foot(state) {
    const done = state.applied;
    const here = done && ngf.wizardDraft.applied(state); // others open the progress by its address
    byId("drop").hidden = !here || !state.ref.create || Boolean(state.progress && state.progress.gone) || state.denied;
    byId("open").hidden = !done || !state.progress || !state.progress.href;
    if (!byId("open").hidden) {
      byId("open").href = state.progress.href;
      byId("open").textContent = state.progress.open;
    }
  }

  // The button that deletes asks first: it names what goes.
  document.addEventListener("click", function (event) {
    if (!event.target.closest || !event.target.closest("#wizard-drop")) return;
    const { place, names } = ngf.wizardReview.made();
    const out = () => { ngf.closeFloat(true); dash_clientside.set_props("wizard-remove", { data: { ...place, at: Date.now() } }); };
    ngf.dialog(el("div", { class: "n-leave" }, el("h2", {}, "Delete what was created?"), el("p", { class: "t2" }, `${place.namespace}/${place.name} on ${place.cluster} goes, and with it ${names.length ? names.join(", ") : "everything that the operator made of it"}.`),
      el("div", { class: "row-f" }, el("button", { type: "button", class: "btn btn-secondary", autofocus: true, onclick: () => ngf.closeFloat() }, "Cancel"), el("button", { type: "button", class: "btn btn-danger", onclick: out }, "Delete"))), { label: "Delete what was created?" });
  });

  let shown = null;
  ngf.wizardReview = {
    verdict, ready, foot,
    draw(state, rows) { shown = state; draw(state, rows); },
    tick(state) { ngf.put("wizard-progress-room", progress(state)); },
    step: (state) => (state.applied ? (state.progress ? state.progress.word.toLowerCase() : "applied") : "dry-run, then apply"),
    shape(state) {
      if (!state.applied) return state.reached === state.told.steps.length - 1 ? ["", "circle-half"] : ["", "circle"];
      const tone = state.progress ? state.progress.tone : "info";
      return [tone, { ok: "check-circle-fill", err: "x-octagon-fill", warn: "exclamation-triangle-fill" }[tone] || "circle-half"];
    },
    made: () => ({ place: { kind: shown.told.kind, ...shown.applied }, names: ((shown.progress && shown.progress.children) || []).filter((one) => one.state !== "Skipped" && one.state !== "Adopted").map((one) => `${one.kind} ${one.name}`) }),
  };
})(window.ngf = window.ngf || {});
