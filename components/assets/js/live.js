// One WebSocket per tab. Says what changed (Store "live-changes" and event "ngf:changes", at most
// twice a second) and how old the data is: the one moment from which the indicator and every row of
// an answering cluster count, so that they never tell two ages. A hidden tab closes its socket; on coming back it asks
// for everything once. Reconnects with full jitter: anywhere between 0 and 0.5 s x 2^n, 30 s at most.
(function (ngf) {
  const OLD_S = 15;
  const FLUSH_MS = 500;
  const EVERYTHING = { cluster: "*", kind: "*", version: 0 }; // after a gap: what was missed is unknown
  let socket = null;
  let attempt = 0;
  let timer = null;
  let asOf = null; // up to when every answering cluster is known
  let silent = {}; // clusters that do not answer, and when they were last seen
  let told = false;
  let pending = new Map();
  let flushing = null;
  let flushed = 0;
  let hiddenSince = null;

  function flush() {
    flushing = null;
    flushed = Date.now();
    const items = [...pending.values()];
    pending = new Map();
    if (!items.length) return;
    if (window.dash_clientside && dash_clientside.set_props) dash_clientside.set_props("live-changes", { data: items });
    window.dispatchEvent(new CustomEvent("ngf:changes", { detail: items }));
  }

  function changed(items) {
    for (const item of items) pending.set(item.cluster + "/" + item.kind, item);
    flushing = flushing || setTimeout(flush, Math.max(0, flushed + FLUSH_MS - Date.now()));
  }

  function receive(event) {
    const message = JSON.parse(event.data);
    if (message.topic === "changes") changed(message.items);
    if (message.topic === "tick") {
      ngf.setServerTime(message.now);
      asOf = message.as_of;
      silent = message.silent;
      told = true;
      show();
      window.dispatchEvent(new CustomEvent("ngf:tick", { detail: message }));
    }
  }

  function connect() {
    timer = null;
    if (socket || document.hidden) return;
    socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/ws");
    socket.onopen = function () {
      if (attempt) changed([EVERYTHING]);
      attempt = 0;
      window.dispatchEvent(new CustomEvent("ngf:live"));
    };
    socket.onmessage = receive;
    socket.onclose = function () {
      socket = null;
      if (!document.hidden) again();
    };
  }

  function again() {
    if (timer) return;
    attempt += 1;
    const wait = Math.random() * Math.min(30000, 500 * Math.pow(2, attempt));
    timer = setTimeout(connect, wait);
    if (attempt === 2) signedOut();
  }

  // A refused socket does not say why; an expired session is told apart by asking.
  async function signedOut() {
    try {
      const answer = await fetch("/api/v1/config", { headers: { Accept: "application/json" } });
      if (answer.status === 401) window.dispatchEvent(new CustomEvent("ngf:signed-out"));
    } catch (error) { /* the console is away: the indicator says so */ }
  }

  const known = (cluster) => (cluster in silent ? silent[cluster] : asOf);

  // Of what is on the page: with none of its clusters answering, when the last of them was seen.
  function shown() {
    const { cluster } = ngf.view.place();
    if (!cluster.length || cluster.some((name) => !(name in silent))) return asOf;
    return cluster.map(known).filter(Boolean).sort().pop() || null;
  }

  function show() {
    const node = document.getElementById("n-live");
    const text = document.getElementById("n-live-text");
    if (!node || !text) return;
    const moment = shown();
    const seconds = moment ? (ngf.now() - new Date(moment).getTime()) / 1000 : null;
    const live = seconds !== null && seconds < OLD_S;
    const words = seconds === null ? (told ? "No data yet" : "Connecting") : live ? `Live, ${ngf.span(seconds)}` : window.innerWidth < 1200 ? `${ngf.span(seconds)} old` : `Reconnecting, data ${ngf.span(seconds)} old`;
    if (text.textContent !== words) text.textContent = words;
    node.classList.toggle("warn", seconds !== null && !live);
    node.classList.toggle("wait", seconds === null);
    // Where a panel's rows come from, and how old they are.
    for (const source of document.querySelectorAll("[data-live]")) {
      const said = moment ? `${source.dataset.live}, ${ngf.span(seconds)}` : "";
      if (source.textContent !== said) source.textContent = said;
    }
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      hiddenSince = Date.now();
      if (timer) { clearTimeout(timer); timer = null; }
      setTimeout(function () { if (document.hidden && socket) socket.close(1000); }, 10000);
    } else {
      if (!socket && hiddenSince) { attempt = Math.max(attempt, 1); connect(); }
      show();
    }
  });

  // Says that something which a part of a page reads has changed in the cluster of its place.
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfLive = {
    touched(changes, reads, place) {
      const read = (one) => (one.kind === "*" || reads.includes(one.kind)) && (one.cluster === "*" || one.cluster === place.cluster);
      return place && changes.some(read) ? Date.now() : window.dash_clientside.no_update;
    },
  };

  window.addEventListener("online", () => { if (socket) changed([EVERYTHING]); else connect(); });
  window.addEventListener("ngf:second", show);
  window.addEventListener("ngf:view", show);
  window.addEventListener("ngf:ready", connect, { once: true });
  ngf.live = {
    asOf: known,
    seed(moment) { asOf = asOf || moment; show(); },
    connected: () => navigator.onLine && attempt === 0, // also before the first socket is open: the page has just come
  };
})(window.ngf = window.ngf || {});
