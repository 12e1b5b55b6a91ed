// A wizard's draft goes to the YAML editor as what somebody has typed there, so that it is judged,
// marked and left like that. It is handed over once, merged with what others have changed meanwhile,
// for the editor begins with what is live; the wizard keeps its own in the session.
(function (ngf) {
  let handed = null; // {path, text}

  ngf.handOver = function (state) {
    const { ref, cluster, answer, object, live } = state;
    const part = encodeURIComponent;
    const path = ref.create ? `/create/${ref.kind}` : `/edit/${ref.kind}/${part(ref.cluster)}/${part(ref.namespace)}/${part(ref.name)}`;
    if (ref.create || JSON.stringify(object) !== JSON.stringify(live)) handed = { path, text: answer.text };
    ngf.unsaved(0, null);
    ngf.go(ref.create ? `${path}?cluster=${part(cluster)}` : path);
  };

  // Called by the editor once its own draft stands on the page.
  ngf.takeOver = function () {
    if (!handed || handed.path !== location.pathname) { handed = null; return; }
    const { text } = handed;
    handed = null;
    const area = document.getElementById("edit-yaml");
    if (area.value === text) return;
    dash_clientside.set_props("edit-yaml", { value: text });
    setTimeout(() => area.dispatchEvent(new Event("input", { bubbles: true })), 0);
  };
})(window.ngf = window.ngf || {});
