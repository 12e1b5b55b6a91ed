// Charts in the theme of the moment. A figure names its colours as tokens ("--ngf-c3", "--ngf-c8 / 0.55");
// table and template come with the frame, from components/figures/paint.py.
//
// ngf.figures.show(id, figure)   the Graph with this id shows it, now and after the theme changes
// ngf.figures.table(figure)      {columns, rows} of what it shows: its own, where it is not of times
// Tells the event "ngf:zoom" {graph, start, end} of a time that was dragged over, "ngf:zoomback" of a
// double-click; both can be prevented by a page that does something else with them. "ngf:bucket" {graph,
// start, end} is a click with a mouse: a tap shows what is there.
(function (ngf) {
  const NAME = /^--ngf-([a-z0-9-]+)(?: \/ ([0-9.]+))?$/;
  const shown = new Map();
  let shipped = null;

  function table() {
    if (!shipped) shipped = JSON.parse(document.getElementById("n-float").dataset.charts);
    return shipped.themes[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
  }

  function faded(colour, opacity) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
  }

  function coloured(part, colours) {
    if (Array.isArray(part)) return part.map((one) => coloured(one, colours));
    if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, coloured(value, colours)]));
    const found = typeof part === "string" && NAME.exec(part);
    if (!found) return part;
    return found[2] ? faded(colours[found[1]], found[2]) : colours[found[1]];
  }

  function painted(figure) {
    const colours = table();
    return coloured({ data: figure.data, layout: Object.assign({}, figure.layout, { template: shipped.template }) }, colours);
  }

  function show(id, figure) {
    shown.set(id, figure);
    dash_clientside.set_props(id, { figure: painted(figure) });
  }

  function repaint() {
    for (const [id, figure] of shown) {
      if (document.getElementById(id)) show(id, figure);
      else shown.delete(id);
    }
  }
  new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

  const utc = (time) => `${String(time).replace(" ", "T").replace(/\.0+$/, "").replace(/\.(\d{3})\d+$/, ".$1")}Z`;
  const plain = (text) => String(text).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

  // Wide by time or, of a heat map, a row a cell.
  function rows(figure) {
    if (figure.layout.meta && figure.layout.meta.table) return figure.layout.meta.table;
    const traces = figure.data.filter((trace) => !(trace.meta && trace.meta.aside));
    const heat = traces.find((trace) => trace.type === "heatmap");
    if (heat) {
      const cells = heat.y.flatMap((name, row) => heat.x.map((at, column) => [utc(at), plain(name), heat.z[row][column]]));
      return { columns: ["time", "name", "value"], rows: cells };
    }
    const times = new Map();
    traces.forEach((trace, column) => trace.x.forEach(function (at, index) {
      const key = utc(at);
      if (!times.has(key)) times.set(key, traces.map(() => null));
      times.get(key)[column] = trace.y[index];
    }));
    return { columns: ["time", ...traces.map((trace) => plain(trace.name))], rows: [...times.keys()].sort().map((key) => [key, ...times.get(key)]) };
  }

  const TWICE_MS = 350; // a second click within this time is a double-click

  // A plot is heard once it has been drawn; the Graph keeps it for as long as it stands.
  function hear() {
    for (const plot of document.querySelectorAll(".js-plotly-plot:not([data-heard])")) {
      if (!plot.on) continue;
      plot.dataset.heard = "";
      const graph = plot.closest(".dash-graph").id;
      const tell = (name, detail, usual) => { if (window.dispatchEvent(new CustomEvent(name, { cancelable: true, detail }))) usual(detail); };
      plot.on("plotly_relayout", function (change) {
        const [start, end] = [change["xaxis.range[0]"], change["xaxis.range[1]"]];
        if (typeof start === "string") tell("ngf:zoom", { graph, start: new Date(utc(start)), end: new Date(utc(end)) }, ngf.zoomed);
      });
      let single = null;
      plot.on("plotly_doubleclick", () => { clearTimeout(single); tell("ngf:zoomback", { graph }, ngf.zoomedBack); });
      plot.on("plotly_click", function ({ points: [{ data, pointIndex }] }) {
        const { step } = shown.get(graph).layout.meta;
        const start = new Date(utc(data.x[pointIndex]));
        if (!step || matchMedia("(pointer: coarse)").matches) return;
        clearTimeout(single);
        single = setTimeout(() => tell("ngf:bucket", { graph, start, end: new Date(start.getTime() + 1000 * step) }, () => {}), TWICE_MS);
      });
    }
  }
  new MutationObserver(hear).observe(document.documentElement, { childList: true, subtree: true });

  ngf.figures = { show, table: rows, again(id) { if (shown.has(id)) show(id, shown.get(id)); } };
})(window.ngf = window.ngf || {});
