// Toasts, lower right: gone after 6 s, errors stay, one action. ngf.toast({status, title, text, action}).
(function (ngf) {
  const ICONS = { ok: "check-circle-fill", warn: "exclamation-triangle-fill", err: "x-octagon-fill", info: "info-circle" };
  const STAY_MS = 6000;
  const MOST = 4;

  const el = ngf.element;

  ngf.toast = function (toast) {
    const urgent = toast.status === "err";
    const room = document.getElementById(urgent ? "n-alerts" : "n-toasts");
    if (!room) return;
    const close = () => node.remove();
    const action = toast.action
      ? el("a", { href: toast.action.href || "#", class: "s12", onclick: toast.action.run ? (event) => { event.preventDefault(); close(); toast.action.run(); } : close }, toast.action.label)
      : null;
    const node = el("div", { class: `n-toast ${toast.status || "info"}` },
      ngf.icon(ICONS[toast.status] || ICONS.info),
      el("div", { class: "grow" }, el("div", { class: "b5" }, toast.title), toast.text ? el("div", { class: "t2 s12" }, toast.text) : null),
      action,
      el("button", { type: "button", class: "n-ico small", "aria-label": "Close", onclick: close }, ngf.icon("x-lg")));
    room.append(node);
    while (room.children.length > MOST) room.firstChild.remove();
    if (!urgent) {
      let left = setTimeout(close, STAY_MS);
      node.addEventListener("mouseenter", () => clearTimeout(left));
      node.addEventListener("mouseleave", () => { left = setTimeout(close, STAY_MS / 2); });
    }
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfToast = {
    show(toast) {
      if (toast) ngf.toast(toast);
    },
  };

  window.addEventListener("ngf:signed-out", () => ngf.toast({
    status: "err", title: "Signed out", text: "The session has ended. What is on screen is no longer current.",
    action: { label: "Sign in", href: "/signin?next=" + encodeURIComponent(location.pathname + location.search) },
  }));
})(window.ngf = window.ngf || {});
