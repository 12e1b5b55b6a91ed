// An object that is not there, or not known yet, is asked for until it is. What components/missing.py
// says stands in place of the page meanwhile.
//
// ngf.missed(name, away)   whether the object of the page `name` is away: its {ref, cluster}, else null
(function (ngf) {
  const AGAIN_MS = 5000; // what changed while the page was being opened was not heard
  let awaited = null; // {name, page, ref, cluster}

  const page = (name) => document.getElementById(`${name}-page`);
  const here = () => awaited !== null && awaited.page === page(awaited.name);

  ngf.follow({
    here,
    concerns: (change) => here() && change.kind === awaited.ref.kind && (change.cluster === "*" || change.cluster === awaited.cluster),
    every: () => AGAIN_MS,
    ask: () => dash_clientside.set_props(`${awaited.name}-ref`, { data: { ...awaited.ref, at: Date.now() } }),
  });

  ngf.missed = function (name, away) {
    awaited = away && { name, page: page(name), ref: away.ref, cluster: away.cluster };
    page(name).classList.toggle("missing", Boolean(away));
    return Boolean(away);
  };
})(window.ngf = window.ngf || {});
