// What other people change while an object is edited: the draft is asked about anew, so that it says
// so before somebody applies; an edit in which nothing is changed yet shows what is live now. An
// object that is not there, or not known yet, is asked for until it is.
//
// ngf.wizardLive.missed(base)         whether there is no object in `base`, which the page then says
// ngf.wizardLive.taken(state, base)   whether `base`, read anew, needs no other page than this one
(function (ngf) {
  const page = () => document.getElementById("wizard-page");
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const changed = (state) => !same(state.object, state.live);
  const AGAIN_MS = 5000; // what changed while the page was being opened was not heard
  let awaited = null; // {page, ref, cluster} of what is not there

  function edited() {
    const state = ngf.wizardState && ngf.wizardState();
    return state && !state.ref.create && !state.applied && !state.applying ? state : null;
  }

  const here = () => (awaited && awaited.page === page() ? awaited : edited());

  const follow = ngf.follow({
    here: () => Boolean(here()),
    concerns(change) {
      const one = here();
      return Boolean(one) && change.kind === one.ref.kind && (change.cluster === "*" || change.cluster === one.cluster);
    },
    every: () => (awaited ? AGAIN_MS : Infinity),
    ask() {
      const one = here();
      if (one !== awaited && changed(one)) ngf.wizardAsking.ask(one);
      else dash_clientside.set_props("wizard-ref", { data: { ...one.ref, at: Date.now() } });
    },
  });

  function missed({ ref, cluster, missing }) {
    awaited = missing ? { page: page(), ref, cluster } : null;
    page().classList.toggle("missing", Boolean(missing));
    return Boolean(missing);
  }

  function taken(state, base) {
    if (!edited()) return Boolean(state.applied || state.applying);
    follow.asked();
    if (changed(state)) { ngf.wizardAsking.ask(state); return true; }
    if (!same(state.live, base.editable) || state.denied !== base.denied) return false;
    state.base = base;
    return true;
  }

  ngf.wizardLive = { missed, taken };
})(window.ngf = window.ngf || {});
