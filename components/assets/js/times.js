// Times in words, kept current in every <time class="n-age">. Twin of components/times.py. One with
// data-cluster is how old what is known of that cluster is, as live.js has it. The one clock of all:
// "ngf:second".
(function (ngf) {
  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let skew = 0; // server clock minus ours, in ms; told by every tick of the socket

  // The present, in steps of a second: what is drawn between two of them tells the same ages.
  let present = Date.now();

  ngf.now = () => present + skew;
  ngf.setServerTime = function (iso) {
    present = Date.now();
    skew = new Date(iso).getTime() - present;
  };

  // A duration in its largest unit: 42 s, 1 min 52 s, 26 min, 3 h, 148 d.
  ngf.span = function (seconds) {
    seconds = Math.max(0, Math.floor(seconds));
    if (seconds > 60 && seconds < 120) return `1 min ${seconds % 60} s`;
    for (const [unit, size] of UNITS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
    return "0 s";
  };

  // What is left of a time, to the nearest unit: 30 d for what was just given 30 days.
  ngf.left = function (seconds) {
    for (const [unit, size] of UNITS) if (seconds >= 0.999 * size) return `${Math.round(seconds / size)} ${unit}`;
    return "0 s";
  };

  // Age of an object or of data: always relative.
  ngf.age = (iso) => ngf.span((ngf.now() - new Date(iso).getTime()) / 1000);

  // When something happened: relative up to 48 hours, then the date.
  ngf.when = function (iso) {
    const seconds = (ngf.now() - new Date(iso).getTime()) / 1000;
    return seconds <= 172800 ? ngf.span(seconds) : iso.slice(0, 10);
  };

  // How long until something happens.
  const until = (iso) => ngf.left(Math.max(0, (new Date(iso).getTime() - ngf.now()) / 1000));
  const STYLES = { age: ngf.age, left: until };

  ngf.absolute = (iso) => new Date(iso).toISOString().replace("T", " ").slice(0, 19) + " UTC";

  ngf.refreshTimes = function (root) {
    for (const node of (root || document).querySelectorAll("time.n-age")) {
      const iso = (node.dataset.cluster && ngf.live.asOf(node.dataset.cluster)) || node.getAttribute("datetime");
      if (!iso) continue;
      const text = (STYLES[node.dataset.style] || ngf.when)(iso);
      if (node.textContent !== text) node.textContent = text;
      if (!node.title) node.title = ngf.absolute(iso);
    }
  };

  function second() {
    if (document.hidden) return;
    present = Date.now();
    window.dispatchEvent(new Event("ngf:second"));
    ngf.refreshTimes();
  }
  setInterval(second, 1000);
  document.addEventListener("visibilitychange", second);
  window.addEventListener("ngf:tick", () => ngf.refreshTimes());
  // Times that a callback has just put on the page get their text before the next paint.
  new MutationObserver(() => ngf.refreshTimes()).observe(document.documentElement, { childList: true, subtree: true });
})(window.ngf = window.ngf || {});
