/* What AG Grid cells of resource tables are made of.
   A cell is a React element built from the row the server sent, never a Dash component: a grid of
   ten thousand rows stays one component. Status is shape, then word, then colour. */
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);

  const ICONS = {
    ok: "check-circle-fill", warn: "exclamation-triangle-fill", err: "x-octagon-fill",
    info: "circle-half", unknown: "question-circle", stale: "clock-history", note: "info-circle",
    absent: "dash-circle",
  };
  const tone = (status) => (status === "stale" || status === "unknown" || status === "absent" ? "unk" : status || "unk");
  const icon = (status) => h("i", { className: "bi bi-" + (ICONS[status] || ICONS.unknown), "aria-hidden": "true" });
  const faint = (text) => h("span", { className: "t3" }, text);

  /* A 1970 transition time means "never set" and has no age. */
  const age = (iso) => (iso && Date.parse(iso) ? window.ngf.age(iso) : null);
  const absolute = (iso) => (iso && Date.parse(iso) ? window.ngf.absolute(iso) : "");
  const link = (href, children, props) => h("a", { href, ...props }, children);

  cells.NgfStatus = ({ data }) => {
    if (!data) return h("span", { className: "skel" });
    const status = data.stale ? "stale" : data.status;
    return h("span", { className: "st " + tone(status), title: data.message || undefined }, icon(status), data.status_word);
  };

  cells.NgfName = ({ data }) => {
    if (!data) return h("span", { className: "skel" });
    const status = data.stale ? "stale" : data.status;
    const under = [data.cluster, data.reason || (data.status_word || "").toLowerCase()];
    return h("span", { className: "nm" },
      h("span", { className: "st only-m " + tone(status) }, icon(status), h("span", { className: "visually-hidden" }, data.status_word)),
      h("span", { className: "two" },
        link(data.href, [data.namespace ? h("span", { className: "ns", key: "ns" }, data.namespace + "/") : null, h("b", { key: "n" }, data.name)], { tabIndex: -1 }),
        h("span", { className: "sub only-m-b" }, under.filter(Boolean).join(", "))));
  };

  cells.NgfCluster = ({ data }) => (data && data.cluster ? h("span", { className: "cl c" + (data.slot || 8) }, data.cluster) : null);

  cells.NgfReason = ({ data }) => {
    if (!data) return null;
    return h("span", { className: "t2", title: data.message || undefined }, data.reason);
  };

  cells.NgfAge = ({ value }) => h("span", { className: "t2", title: absolute(value) }, age(value) || "");

  cells.NgfDataAge = ({ data, value }) => {
    if (!data) return null;
    const cluster = data.stale ? undefined : data.cluster;
    const moment = (cluster && window.ngf.live.asOf(cluster)) || value;
    if (!age(moment)) return faint("not known");
    const old = window.ngf.now() - Date.parse(moment) > 15000;
    return h("time", { className: "n-age " + (old ? "wrn" : "t2"), dateTime: moment, "data-style": "age", "data-cluster": cluster }, age(moment));
  };

  /* The first entry and how many more; "none" is the word for an empty list. */
  cells.NgfFirst = ({ data, value, colDef }) => {
    if (!data) return null;
    const { none, mono, show } = colDef.cellRendererParams || {};
    const list = Array.isArray(value) ? value : value ? [value] : [];
    if (!list.length) return faint(none || "none");
    const shown = list.slice(0, show || 1).join(", ");
    const more = list.length - (show || 1);
    return h("span", { title: list.join("\n") }, h("span", { className: mono ? "mono" : "" }, shown), more > 0 ? h("span", { className: "t3" }, " +" + more) : null);
  };

  cells.NgfText = ({ data, value, colDef }) => {
    if (!data) return null;
    const { none, mono } = colDef.cellRendererParams || {};
    if (value === null || value === undefined || value === "") return none ? faint(none) : null;
    return h("span", { className: mono ? "mono" : "", title: String(value) }, String(value));
  };

  /* A kind without the word that all of a list share: HTTPRoute is HTTP. */
  cells.NgfKind = ({ value }) => (value ? h("span", { title: value }, value === "ListenerSet" ? "Set" : value.replace(/Route$/, "")) : null);

  cells.NgfStrong = ({ value }) => h("span", { className: "b5" }, value);

  /* Each parent with what its controller says of it; the first one in trouble is the one seen. */
  cells.NgfParents = ({ data, value }) => {
    if (!data) return null;
    if (!value || !value.length) return faint("none");
    const label = (p) => (p.namespace && p.namespace !== data.namespace ? p.namespace + "/" : "") + p.name + (p.section ? ", " + p.section : "") + (p.port ? ":" + p.port : "");
    const said = (p) => label(p) + ": " + (p.status_word + " " + (p.reason === p.status_word ? "" : p.reason)).trim() + (p.why ? "; " + p.why : "");
    const shown = value.find((p) => p.status === "err") || value.find((p) => p.status === "warn") || value[0];
    const status = data.stale ? "stale" : shown.status;
    return h("span", { className: "st " + tone(status), title: value.map(said).join("\n") }, icon(status), h("span", { className: "ell" }, label(shown)), value.length > 1 ? h("span", { className: "t3" }, "+" + (value.length - 1)) : null);
  };

  /* A link to another object, given as {href, text}; text alone where it has no page. */
  cells.NgfLink = ({ value }) => {
    if (!value) return null;
    const items = Array.isArray(value) ? value : [value];
    const looks = (item) => (item.mono ? "mono " : "") + (item.faint ? "t3 " : "") + "ell";
    return h("span", { className: "links" }, items.map((item, at) => h("span", { key: at, className: "link", title: item.text },
      item.href ? link(item.href, item.text, { className: looks(item) }) : h("span", { className: looks(item) }, item.text),
      item.tag ? h("span", { className: "tag " + (item.tone || "") }, item.tag) : null)));
  };

  /* Several lines in one cell: each a string or {text, status, note, lost}; a lost one is struck. */
  cells.NgfLines = ({ value, colDef }) => {
    const { none, mono } = colDef.cellRendererParams || {};
    if (!value || !value.length) return faint(none || "none");
    return h("div", { className: "lines" }, value.map((item, at) => {
      const line = typeof item === "string" ? { text: item } : item;
      return h("div", { key: at, className: line.status ? "st " + tone(line.status) : "" },
        line.status ? icon(line.status) : null,
        h(line.lost ? "s" : "span", { className: mono ? "mono" : "", title: line.text }, line.text),
        line.note ? h("small", null, line.note) : null);
    }));
  };

  cells.NgfState = ({ value }) => (value ? h("span", { className: "st " + tone(value.status), title: value.message || undefined }, icon(value.status), value.text) : null);
})();
