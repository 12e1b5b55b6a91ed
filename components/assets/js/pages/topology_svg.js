// The graph of the page of topology as an SVG document, in the colours of the theme: text stays text.
//
// ngf.topologySvg(elements, [width, height], sheet)   elements and sheet as Cytoscape has them
(function (ngf) {
  const ROOM = 16;
  const HEIGHT = 27;
  const EDGES = Object.fromEntries([["warn", "warn-fill"], ["err", "err-fill"], ["unknown", "unk-fill"]]);
  const escape = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");

  ngf.topologySvg = function (elements, [width, height], sheet) {
    const colours = JSON.parse(document.getElementById("n-float").dataset.charts).themes[document.documentElement.dataset.bsTheme === "dark" ? "dark" : "light"];
    const icons = Object.fromEntries(sheet.filter((rule) => /^node\[st = '\w+'\]$/.test(rule.selector) && rule.style["background-image"]).map((rule) => [rule.selector.match(/'(\w+)'/)[1], rule.style["background-image"]]));
    const nodes = new Map(elements.filter((one) => one.position).map((one) => [one.data.id, one]));
    const tag = (name, attributes, inner) => `<${name} ${Object.entries(attributes).filter(([, value]) => value !== null).map(([key, value]) => `${key}="${escape(value)}"`).join(" ")}>${inner || ""}</${name}>`;
    const text = (x, y, said, more) => tag("text", Object.assign({ x, y: y + 4, "font-size": 12, fill: colours.text }, more), escape(said));
    const cut = (said, room) => (said.length * 6.7 <= room ? said : `${said.slice(0, Math.max(1, Math.floor(room / 6.7) - 1))}…`);

    const edge = function ({ data }) {
      const [from, to] = [nodes.get(data.source), nodes.get(data.target)];
      const [x1, y1, x2, y2] = [from.position.x + from.data.w / 2, from.position.y, to.position.x - to.data.w / 2, to.position.y];
      const middle = (x1 + x2) / 2;
      const path = tag("path", { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, fill: "none", stroke: colours[data.broken ? "err-fill" : "border-strong"], "stroke-width": 1.25, "stroke-dasharray": data.broken ? "4 3" : data.policy ? "1 3" : null });
      return path + (data.label ? text(middle, (y1 + y2) / 2, data.label, { "font-size": 11, "text-anchor": "middle", fill: colours["text-3"], stroke: colours.surface, "stroke-width": 3, "paint-order": "stroke" }) : "");
    };

    const node = function ({ data, position: { x, y } }) {
      if (data.as === "head") return text(x, y, data.label, { "font-size": 11, fill: colours["text-3"] });
      if (data.as === "note") return text(x, y, data.label, { "font-size": 11, fill: colours["text-3"], "text-anchor": "end" });
      const left = x - data.w / 2;
      const said = [data.kind, data.full, data.word, data.why].filter(Boolean).join(", ");
      return tag("g", {}, [
        tag("title", {}, escape(said)),
        tag("rect", { x: left, y: y - HEIGHT / 2, width: data.w, height: HEIGHT, rx: 5, fill: colours[data.as === "group" || data.gone ? "canvas" : "surface"], stroke: colours[EDGES[data.st] || "border-strong"], "stroke-width": EDGES[data.st] ? 1.5 : 1, "stroke-dasharray": data.gone || data.st === "unknown" ? "3 3" : null }),
        icons[data.st] ? tag("image", { x: left + 8, y: y - 6, width: 12, height: 12, href: icons[data.st] }) : "",
        text(left + 26, y, cut(data.label, data.tw)),
      ].join(""));
    };

    const drawn = [...elements.filter((one) => one.data.source).map(edge), ...elements.filter((one) => one.position).map(node)];
    const box = [0, 0, width + 2 * ROOM, height + 2 * ROOM];
    return tag("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: box.join(" "), width: box[2], height: box[3], "font-family": getComputedStyle(document.body).fontFamily }, tag("rect", { width: "100%", height: "100%", fill: colours.surface }) + drawn.join(""));
  };
})(window.ngf = window.ngf || {});
