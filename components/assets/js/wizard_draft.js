// What a wizard keeps in the session: one draft for what is created, one for each object that is
// edited, and when something was applied.
//
// ngf.wizardDraft.found(ref)           the draft of what is created or edited, null without one
// ngf.wizardDraft.keep(state)          keeps what stands there
// ngf.wizardDraft.forget(ref)          drops it
// ngf.wizardDraft.applied(kind, place, at)   when it was applied; with `at` this is kept
(function (ngf) {
  const slot = (ref) => `ngf-wizard ${ref.kind} ${ref.create ? "new" : [ref.cluster, ref.namespace, ref.name].join("/")}`;
  const moment = (kind, place) => `ngf-applied ${kind} ${[place.cluster, place.namespace, place.name].join("/")}`;

  function found(ref) {
    try {
      return JSON.parse(sessionStorage.getItem(slot(ref)));
    } catch {
      return null;
    }
  }

  function keep(state) {
    const { object, live, cluster, reached, touched } = state;
    const draft = { object, live, base: state.base.object, cluster, reached, touched: [...touched] };
    sessionStorage.setItem(slot(state.ref), JSON.stringify(draft));
  }

  function applied(kind, place, at) {
    if (at) sessionStorage.setItem(moment(kind, place), at);
    return sessionStorage.getItem(moment(kind, place));
  }

  ngf.wizardDraft = { found, keep, forget: (ref) => sessionStorage.removeItem(slot(ref)), applied };
})(window.ngf = window.ngf || {});
