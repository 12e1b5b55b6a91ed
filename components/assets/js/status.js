// Shape and colour of every status, for what the scripts draw. Twin of components/status.py.
(function (ngf) {
  const ICONS = {
    ok: "check-circle-fill", warn: "exclamation-triangle-fill", err: "x-octagon-fill", info: "circle-half",
    unknown: "question-circle", stale: "clock-history", absent: "dash-circle", note: "info-circle",
  };

  // The class that colours a status.
  ngf.tone = (status) => (["ok", "warn", "err", "info", "note"].includes(status) ? status : "unk");

  ngf.statusIcon = (status) => ngf.icon(ICONS[status] || ICONS.unknown);

  // Icon and word; a hidden word where the place says it already.
  ngf.status = (status, word, hidden) => ngf.element("span", { class: `st ${ngf.tone(status)}` }, ngf.statusIcon(status),
    hidden ? ngf.element("span", { class: "visually-hidden" }, word) : word);
})(window.ngf = window.ngf || {});
