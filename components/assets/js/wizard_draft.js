// What a wizard keeps in the session of one person: a draft for what is created, one for each object
// that is edited while it differs from it, and when something was applied.
//
// ngf.wizardDraft.found(base)          the draft of what is created or edited, null without one
// ngf.wizardDraft.keep(state, worth)   keeps what stands there where it is worth it, else drops it
// ngf.wizardDraft.forget(state)        drops it
// ngf.wizardDraft.applied(state, at)   when state.applied was applied; with `at` this is kept
// ngf.wizardDraft.clear()              drops all of them, when somebody signs out
(function (ngf) {
  const PREFIX = "ngf-wizard";
  const place = (one) => [one.cluster, one.namespace, one.name].join("/");
  const slot = ({ ref, base }) => `${PREFIX} ${base.who} ${ref.kind} ${ref.create ? "new" : place(ref)}`;
  const moment = ({ ref, base, applied: one }) => `${PREFIX}-applied ${base.who} ${ref.kind} ${place(one)}`;
  const uid = (object) => object && object.metadata.uid;

  function found(base) {
    const key = slot({ ref: base.ref, base });
    let draft = null;
    try {
      draft = JSON.parse(sessionStorage.getItem(key));
    } catch { /* somebody else's text under this key is no draft */ }
    if (draft && uid(draft.base) === uid(base.object)) return draft;
    sessionStorage.removeItem(key);
    return null;
  }

  // Of the object that an edit began with, what it is merged by.
  function begun({ object }) {
    if (!object) return null;
    const { status, ...rest } = object;
    return rest;
  }

  function keep(state, worth) {
    if (!worth) { sessionStorage.removeItem(slot(state)); return; }
    const { object, live, cluster, reached, touched } = state;
    const draft = { object, live, base: begun(state.base), cluster, reached, touched: [...touched], at: new Date(ngf.now()).toISOString() };
    sessionStorage.setItem(slot(state), JSON.stringify(draft));
  }

  function applied(state, at) {
    if (at) sessionStorage.setItem(moment(state), at);
    return sessionStorage.getItem(moment(state));
  }

  function clear() {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }

  ngf.wizardDraft = { found, keep, forget: (state) => sessionStorage.removeItem(slot(state)), applied, clear };
})(window.ngf = window.ngf || {});
