// What people copy: commands, and secrets that are shown once.
//
// ngf.command(text, label)       lines of a shell with a button that copies them
// ngf.shownOnce(what, secret)    a strip with a secret that cannot be had again
(function (ngf) {
  const el = (...parts) => ngf.element(...parts); // dom.js comes later

  ngf.command = function (text, label) {
    const id = `n-command-${label.toLowerCase().replace(/\W+/g, "-")}`;
    return el("div", { class: "command" }, el("pre", { class: "mono", id, tabindex: "0", "aria-label": label }, text),
      el("button", { type: "button", class: "btn btn-secondary btn-sm", "data-copy": id }, ngf.icon("clipboard"), "Copy"));
  };

  ngf.shownOnce = function (what, secret) {
    const id = `n-secret-${what.toLowerCase().replace(/\W+/g, "-")}`;
    return el("div", { class: "strip info tall" }, ngf.icon("key"), el("div", { class: "grow" }, el("b", { class: "b6" }, `${what} is made.`), " Copy it now: it is not shown again.",
      el("div", { class: "row-f above" }, el("input", { class: "form-control mono", readonly: true, id, value: secret, "aria-label": what }), el("button", { type: "button", class: "btn btn-secondary", "data-copy": id }, "Copy"))));
  };

  document.addEventListener("focusin", (event) => { if (event.target.matches && event.target.matches("input[id^=n-secret-]")) event.target.select(); });
  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-copy]");
    const source = button && document.getElementById(button.dataset.copy);
    if (!source) return;
    const done = () => ngf.toast({ status: "ok", title: "Copied", text: "" });
    const failed = () => (source.select ? source.select() : getSelection().selectAllChildren(source));
    navigator.clipboard.writeText(source.value || source.textContent).then(done, failed);
  });
})(window.ngf = window.ngf || {});
