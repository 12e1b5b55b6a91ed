// How pages that are drawn from one answer of the server follow it: what is already so stays the
// same node, with its focus and its place under the pointer; only words that differ are written.
// What is drawn has no listeners of its own: presses are heard on the document.
//
// ngf.put(id, ...nodes)          the room with this id holds these nodes; a node with data-key is
//                                the same one wherever it comes to stand
// ngf.tile(id, {value, unit, note, at, source, as_of, spark, colour})   a tile of components/page.py `kpi`
// ngf.strip({lead, text, names}) what is missing above a page, and the button that tries it again
// ngf.follow({...})              asks the server again, see below
// ngf.parts([...])               a sentence of callbacks/cluster_words.py with its times
// ngf.since(iso, {style, cluster})        a time that is kept current
(function (ngf) {
  const el = ngf.element;

  function same(now, next) {
    if (now.nodeType !== next.nodeType || now.nodeName !== next.nodeName) return false;
    return now.nodeType !== Node.ELEMENT_NODE || (now.id === next.id && now.dataset.key === next.dataset.key);
  }

  function become(now, next) {
    if (now.nodeType === Node.TEXT_NODE) {
      if (now.data !== next.data) now.data = next.data;
      return;
    }
    for (const { name } of [...now.attributes]) if (!next.hasAttribute(name)) now.removeAttribute(name);
    for (const { name, value } of next.attributes) if (now.getAttribute(name) !== value) now.setAttribute(name, value);
    fill(now, [...next.childNodes]);
  }

  function fill(room, wanted) {
    const keyed = new Map([...room.children].filter((node) => node.dataset.key).map((node) => [node.dataset.key, node]));
    wanted.forEach(function (next, at) {
      const there = room.childNodes[at] || null;
      const now = (next.dataset && keyed.get(next.dataset.key)) || there;
      if (!now || !same(now, next)) { room.insertBefore(next, there); return; }
      if (now !== there) room.insertBefore(now, there);
      become(now, next);
    });
    while (room.childNodes.length > wanted.length) room.lastChild.remove();
  }

  ngf.put = function (id, ...nodes) {
    const room = document.getElementById(id);
    if (!room) return;
    const wanted = el("div", {}, nodes);
    ngf.refreshTimes(wanted);
    fill(room, [...wanted.childNodes]);
  };

  ngf.since = (iso, { style, cluster } = {}) => (iso ? el("time", { class: "n-age", datetime: iso, "data-style": style || "when", "data-cluster": cluster }) : null);

  ngf.parts = (parts) => parts.map((part) => {
    if (typeof part === "string") return part;
    if (part.in) return el("time", { class: "n-age", datetime: part.in, "data-style": "left" });
    return ngf.since(part.ago, { style: "age" });
  });

  ngf.strip = (one) => one && el("div", { class: "strip warn" }, ngf.statusIcon("warn"), el("div", {}, el("b", { class: "b6" }, one.lead), " ", one.text),
    el("div", { class: "act" }, el("button", { type: "button", class: "btn btn-link btn-sm", "data-retry": one.names.join(",") }, "Retry now")));

  // A line without axes, 50 by 22 pixels, with a dot at its end; what is not known is a gap.
  ngf.spark = function (values, colour) {
    const known = values.filter((value) => value !== null);
    if (known.length < 2) return null;
    const svg = (tag, attributes) => { const node = document.createElementNS("http://www.w3.org/2000/svg", tag); for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value); return node; };
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const x = (at) => (2 + (45 * at) / (values.length - 1)).toFixed(1);
    const y = (value) => (high > low ? 19 - (16 * (value - low)) / (high - low) : 11).toFixed(1);
    const path = values.map((value, at) => (value === null ? "" : `${at && values[at - 1] !== null ? "L" : "M"}${x(at)} ${y(value)}`)).join("");
    const picture = svg("svg", { width: 50, height: 22, viewBox: "0 0 50 22", "aria-hidden": "true" });
    picture.append(svg("path", { d: path, style: `fill:none;stroke:var(--ngf-${colour});stroke-width:1.25` }));
    const last = values.length - 1;
    if (values[last] !== null) picture.append(svg("circle", { cx: x(last), cy: y(values[last]), r: 2, style: `fill:var(--ngf-${colour})` }));
    return picture;
  };

  ngf.tiles = new Map(); // what each shows, by its id
  ngf.tile = function (id, one) {
    const { value, unit, note, at, source, as_of: moment, spark, colour } = one;
    ngf.tiles.set(id, one);
    ngf.put(`${id}-v`, value === null ? el("span", { class: "none" }, "no data") : [value, unit ? el("small", {}, unit) : null]);
    ngf.put(`${id}-d`, el("span", { title: note.map(([text]) => text).join("") }, note.map(([text, tone]) => el("span", { class: tone || null }, text))));
    if (at !== undefined) ngf.put(`${id}-at`, ngf.since(at, { style: "age" }));
    if (source !== undefined) ngf.put(`${id}-src`, source, moment ? [" ", ngf.since(moment, { style: "age" })] : null);
    if (spark !== undefined) ngf.put(`${id}-spark`, ngf.spark(spark, colour || "c1"));
  };

  // Asks the server again for what a page shows: when something changed that it shows, and with the
  // ticks of the socket once `every()` milliseconds have passed; never while the page or its tab is
  // not to be seen, and at most every two seconds.
  ngf.follow = function ({ here, concerns, every, ask }) {
    const MINIMUM_MS = 2000;
    let timer = null;
    let last = 0;
    function soon(within) {
      if (timer || !here()) return;
      timer = setTimeout(function () {
        timer = null;
        last = Date.now();
        if (here() && !document.hidden) ask();
      }, Math.max(within || 250, MINIMUM_MS - (Date.now() - last)));
    }
    window.addEventListener("ngf:changes", (event) => { if ((event.detail || []).some((change) => change.kind === "*" || concerns(change))) soon(); });
    window.addEventListener("ngf:tick", () => { if (every && Date.now() - last >= every()) soon(); });
    return { soon, asked() { last = Date.now(); } };
  };

  // The same for a page of the clusters that the address chooses, also when it chooses others: what
  // is to be asked goes into `store`.
  ngf.followClusters = function ({ here, store, ...rest }) {
    let count = 0;
    let asked = null; // the clusters, while the page is shown
    const chosen = (view) => view.cluster.join(",");
    const follow = ngf.follow({
      here,
      ...rest,
      ask() {
        count += 1;
        asked = chosen(ngf.view.get());
        dash_clientside.set_props(store, { data: { clusters: asked.split(",").filter(Boolean), count } });
      },
    });
    window.addEventListener("ngf:view", function ({ detail: view }) {
      if (!here()) { asked = null; return; }
      if (asked !== null && asked !== chosen(view)) follow.soon();
      asked = chosen(view);
    });
    return follow;
  };
})(window.ngf = window.ngf || {});
