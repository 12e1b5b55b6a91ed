// The last step of a wizard: what was asked for, what the server says to it, and what is made of it.
// Shapes are those of callbacks/wizard_answers.py.
//
// ngf.wizardReview.draw(state, rows)    with what was asked for as [label, nodes]
// ngf.wizardReview.step(state)          what the rail says of it
// ngf.wizardReview.shape(state)         [tone, icon] in the rail
(function (ngf) {
  const el = ngf.element;
  const VERBS = {
    create: ["info", "is made"],
    change: ["info", "is changed"],
    same: ["ok", "stays as it is"],
    remove: ["warn", "is removed"],
    unread: ["unknown", "is kept or made: the console does not read this kind"],
  };
  const FIELDS = 4; // of a change that are named; others are counted
  const SHAPES = { ok: "check-circle-fill", err: "x-octagon-fill", warn: "exclamation-triangle-fill" };
  const many = (...parts) => ngf.wizardVerdict.many(...parts); // wizard_verdict.js comes later
  const fresh = (state) => ngf.wizardVerdict.fresh(state);
  const quiet = (text) => el("div", { class: "quiet" }, text);

  function line(tone, title, text, when) {
    return el("div", { class: `cond ${ngf.tone(tone)}` }, ngf.statusIcon(tone), el("div", { class: "b5" }, title), el("span", { class: "w" }, when || ""), el("div", { class: "m" }, text));
  }

  function counted(counts, lacks) {
    const said = [["create", "to create"], ["change", "to change"], ["remove", "to remove"], ["same", "as they are"]];
    const parts = said.filter(([verb]) => counts[verb]).map(([verb, words]) => `${counts[verb]} ${words}`);
    const lacking = lacks.filter((one) => one.blocks).length;
    if (lacking) parts.push(`${lacking} that cannot be had`);
    return parts.length ? `Of its objects ${parts.join(", ")}.` : "No object is made of it.";
  }

  function verdict(answer) {
    if (answer.conflict) return line("warn", "Somebody else changed the same", answer.conflict.clashes.join(", "), answer.at);
    if (answer.refused) return line("err", "The server refuses it", answer.refused, answer.at);
    if (answer.refusals) return line("err", `${many(answer.refusals, "object")} of it would be refused`, counted(answer.counts, answer.lacks), answer.at);
    if (!answer.faults.length) return line("ok", "Server dry-run passed", counted(answer.counts, answer.lacks), answer.at);
    return line("err", "The server refuses it", answer.faults.map((one) => `${one.field}: ${one.rule}`).join("; "), answer.at);
  }

  function checks(state) {
    const answer = state.applied ? state.answer : fresh(state);
    if (!answer) return quiet(state.applied ? "It was applied earlier." : "Asking the server.");
    const blocked = answer.lacks.filter((one) => one.blocks);
    const rows = [verdict(answer)];
    if (answer.late) rows.push(line("warn", "Somebody else changed it meanwhile", "Both are merged: what you did not touch stays as they left it."));
    for (const one of answer.clashes) rows.push(line(one.blocks ? "err" : "warn", `Listener ${one.listener} ${one.blocks ? "conflicts with" : "meets"} ${one.with}`, one.rule));
    if (!answer.clashes.some((one) => one.blocks) && answer.clashing) rows.push(line("ok", "No listener conflict", answer.clashing));
    for (const one of answer.children.filter((each) => each.fault)) rows.push(line("err", `${one.kind} ${one.name} would be refused`, one.fault));
    if (blocked.length) rows.push(line("warn", `${many(blocked.length, "part")} cannot be had here`, blocked.map((one) => one.message).join(" ")));
    const skipped = answer.lacks.filter((one) => !one.blocks);
    if (skipped.length) rows.push(line("note", "To note", skipped.map((one) => one.message).join(" ")));
    return el("div", { class: "conds" }, rows);
  }

  function planned(state, one) {
    const [tone, word] = one.fault ? ["err", "would be refused"] : VERBS[one.verb] || ["info", one.verb];
    const where = one.namespace && one.namespace !== (state.object.metadata || {}).namespace ? ` in namespace ${one.namespace}` : "";
    const more = one.changes.length > FIELDS ? ` and ${one.changes.length - FIELDS} more` : "";
    const changes = one.changes.length ? `: ${one.changes.slice(0, FIELDS).join(", ")}${more}` : "";
    const unchecked = one.unchecked && one.verb !== "same" ? `. Not tried: ${one.unchecked}` : "";
    return ngf.wizardProgress.child(tone, one.kind, one.name, "", one.fault || `${word}${where}${changes}${unchecked}`, `${one.kind}/${one.namespace}/${one.name}`);
  }

  const lack = (one) => ngf.wizardProgress.child(one.blocks ? "warn" : "absent", one.kind, one.name, "", one.blocks ? `cannot be had: ${one.message}` : one.message, `lack/${one.kind}/${one.name}`);

  function beyond({ more, hidden }) {
    const said = [
      more ? `${many(more, "more object")} ${more === 1 ? "is" : "are"} made of it` : "",
      hidden ? `${many(hidden, "object")} in namespaces that you may not see` : "",
    ].filter(Boolean);
    return said.length ? quiet(`And ${said.join(", and ")}.`) : null;
  }

  function children(state) {
    const answer = state.applied ? state.answer : fresh(state);
    if (!answer) return quiet(state.applied ? "The progress has every object." : "Asking the server.");
    if (!answer.children.length && !answer.lacks.length) return quiet(answer.ok ? "No object is made of it." : "Shown once the steps before have no fault.");
    return [answer.children.map((one) => planned(state, one)), answer.lacks.map(lack), beyond(answer)];
  }

  function draw(state, rows) {
    const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== "");
    ngf.put("wizard-summary", el("dl", { class: "kv" }, told.map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)])));
    ngf.put("wizard-checks", checks(state));
    ngf.put("wizard-children", children(state));
    document.getElementById("wizard-changes").hidden = state.ref.create;
  }

  function step({ applied, progress }) {
    if (!applied) return "dry-run, then apply";
    return progress ? progress.word.toLowerCase() : "applied";
  }

  function shape(state) {
    if (!state.applied) return ["", state.reached === state.told.steps.length - 1 ? "circle-half" : "circle"];
    const tone = state.progress ? state.progress.tone : "info";
    return [tone, SHAPES[tone] || "circle-half"];
  }

  ngf.wizardReview = { draw, step, shape };
})(window.ngf = window.ngf || {});
