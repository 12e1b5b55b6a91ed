// What the foot of a wizard says of the draft as it is now, and whether it can be applied.
//
// ngf.wizardVerdict.of(state)       [tone, word, note]
// ngf.wizardVerdict.ready(state)
// ngf.wizardVerdict.fresh(state)    the server's answer to what stands there now, null before it comes
// ngf.wizardVerdict.many(count, one, more)
(function (ngf) {
  const many = (count, one, more) => `${count} ${count === 1 ? one : more || `${one}s`}`;
  const fresh = (state) => (state.answer && state.answer.turn === state.turn ? state.answer : null);
  const faults = (state) => Object.keys(state.faults).length;
  const last = (state) => state.told.steps.length - 1;
  const stored = (state) => (state.step === last(state) ? `Create ${state.told.noun} stores it.` : "Nothing is stored before the last step.");

  // What a tool owns is changed with a reason.
  const unreasoned = (state) => Boolean(state.base.owned) && !document.getElementById("wizard-reason").value.trim();

  function applied({ progress }) {
    if (progress && progress.edit) return [progress.tone, progress.word, ["Correct it in ", ngf.element("a", { href: progress.edit }, "Edit"), "; the operator then goes on by itself."]];
    const note = progress && progress.phase === "Ready"
      ? "The operator keeps it that way: what is deleted or edited by hand is put back."
      : "You can leave this page; the operator goes on and the audit log has the result.";
    return progress ? [progress.tone, progress.word, note] : ["info", "Applied", note];
  }

  // The first step with a fault is led to, for a narrow window has no rail.
  function faulty(state) {
    const said = state.counts.reduce((sum, count) => sum + count, 0);
    if (!said) return ["unk", "", stored(state)];
    const at = state.counts.findIndex(Boolean);
    const way = ngf.element("button", { type: "button", class: "btn btn-link btn-sm", "data-wizard-fault": at }, state.told.steps[at].title);
    return ["err", many(said, "fault"), [said === 1 ? "Said at its field, in " : "Said at their fields, first in ", way, "."]];
  }

  function passed(state, answer) {
    const refused = answer.children.filter((one) => one.fault).length;
    if (refused) return ["warn", "Dry-run passed", `${many(refused, "object")} would be refused as before; the review says why.`];
    const lacks = answer.lacks.filter((one) => one.blocks).length;
    if (lacks) return ["warn", "Dry-run passed", `${many(lacks, "part")} cannot be had on ${state.cluster}; the review says why.`];
    if (unreasoned(state) && state.step === last(state)) return ["ok", "Dry-run passed", "Give a reason, then apply."];
    return ["ok", "Dry-run passed", state.ref.create ? stored(state) : `${many(answer.changes, "field")} would change.`];
  }

  function of(state) {
    if (state.denied) return ["unk", "", ""];
    if (state.applied) return applied(state);
    if (state.applying) return ["info", "Applying", ""];
    if (faults(state)) return faulty(state);
    const answer = fresh(state);
    if (!answer) return ["info", "Checking", ""];
    if (answer.conflict) return ["warn", "Changed meanwhile", "Say above whose change counts."];
    if (answer.refused) return ["err", "Refused", answer.refused];
    if (answer.refusals) return ["err", `${many(answer.refusals, "object")} would be refused`, "The review says which, and why."];
    if (!state.ref.create && !answer.changes) return ["unk", "No changes", "The live object is as this says."];
    return passed(state, answer);
  }

  function ready(state) {
    const answer = fresh(state);
    const something = state.ref.create || (answer && answer.changes);
    return Boolean(answer && answer.ok && something && !faults(state) && !state.denied && !unreasoned(state));
  }

  ngf.wizardVerdict = { of, ready, fresh, many };
})(window.ngf = window.ngf || {});
