// The cluster that a wizard is of: chosen for what is created, else only said.
//
// ngf.wizardCluster.room(state)   the choice
// ngf.wizardCluster.mark(state)   the cluster in its colour
(function (ngf) {
  const el = (...parts) => ngf.element(...parts);
  const ID = "wizard-field-cluster";

  function mark(state) {
    const one = state.base.clusters.find(({ value }) => value === state.cluster);
    return el("span", { class: `cl c${one ? one.slot : 8}` }, one ? one.label : state.cluster);
  }

  function room(state) {
    if (!state.ref.create || state.applied || state.denied) return el("div", {}, el("span", { class: "lab" }, "Cluster"), mark(state));
    const options = state.base.clusters.map(({ value, label }) => el("option", { value }, label));
    const select = el("select", { class: "form-select", id: ID, "data-path": "cluster", "data-control": "cluster" }, options);
    return el("div", { class: "fgrid" }, el("div", {}, el("label", { class: "lab", for: ID }, "Cluster"), select));
  }

  ngf.wizardCluster = { room, mark };
})(window.ngf = window.ngf || {});
