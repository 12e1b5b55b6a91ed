// Search over pages and objects (Ctrl K): pages are known here, objects come from the server.
(function (ngf) {
  const el = ngf.element;
  const WAIT_MS = 120;
  let field = null;
  let list = null;
  let hint = null;
  let asked = 0;
  let timer = null;
  let marked = 0;

  function entries() {
    return [...list.querySelectorAll("a.n-hit")];
  }

  function mark(index) {
    const all = entries();
    marked = all.length ? (index + all.length) % all.length : 0;
    all.forEach((node, position) => {
      node.setAttribute("aria-selected", String(position === marked));
      if (position === marked) { node.scrollIntoView({ block: "nearest" }); field.setAttribute("aria-activedescendant", node.id); }
    });
    if (!all.length) field.removeAttribute("aria-activedescendant");
  }

  function hit(href, parts, index) {
    return el("a", { class: "n-hit", role: "option", id: `n-hit-${index}`, href, tabindex: "-1", onclick: () => ngf.closeFloat(true) }, parts);
  }

  /* The sidebar's links wear their icon as a class. */
  function iconOf(link) {
    return ngf.icon([...link.classList].find((name) => name.startsWith("bi-")).slice("bi-".length));
  }

  function pages(text) {
    return [...document.querySelectorAll("#n-side a[data-label]")]
      .filter((link) => !text || link.dataset.label.toLowerCase().includes(text.toLowerCase()))
      .map((link) => ({ href: ngf.keep(link.getAttribute("href")), parts: [iconOf(link), el("span", { class: "grow" }, link.dataset.label), el("span", { class: "t3 s12" }, "Page")] }));
  }

  function draw(text, objects) {
    const found = pages(text);
    const items = (objects || []).map((object) => ({
      href: object.href,
      parts: [ngf.icon(object.icon), el("span", { class: "grow ell" }, object.namespace ? el("span", { class: "t3" }, object.namespace + "/") : null, el("span", { class: "b5" }, object.name), object.why ? el("span", { class: "t3 s12" }, "  " + object.why) : null),
        el("span", { class: "t3 s12" }, object.label), el("span", { class: `cl c${object.slot} s12` }, object.cluster)],
    }));
    list.replaceChildren(...[...found, ...items].map((entry, index) => hit(entry.href, entry.parts, index)));
    hint.textContent = text && !found.length && !items.length
      ? (objects === undefined ? "Searching" : `Nothing is called "${text}". Names, namespaces, hosts, labels and what policies target are searched.`)
      : "";
    mark(0);
  }

  function ask() {
    const text = field.value.trim();
    draw(text, text.length < 2 ? [] : undefined);
    clearTimeout(timer);
    if (text.length < 2) return;
    timer = setTimeout(function () {
      asked += 1;
      dash_clientside.set_props("search-query", { data: { text, id: asked } });
    }, WAIT_MS);
  }

  ngf.search = function () {
    list = el("div", { class: "n-hits", role: "listbox", id: "n-hits", "aria-label": "Results" });
    hint = el("div", { class: "n-none", role: "status" });
    field = el("input", {
      class: "n-q", type: "search", placeholder: "Search pages, objects, hosts", "aria-label": "Search pages, objects, hosts", autocomplete: "off", autofocus: true,
      role: "combobox", "aria-expanded": "true", "aria-controls": "n-hits", oninput: ask,
      onkeydown(event) {
        if (event.key === "ArrowDown") { event.preventDefault(); mark(marked + 1); }
        if (event.key === "ArrowUp") { event.preventDefault(); mark(marked - 1); }
        if (event.key === "Enter" && entries()[marked]) { event.preventDefault(); entries()[marked].click(); }
      },
    });
    ngf.dialog(el("div", { class: "n-find" }, el("div", { class: "n-qrow" }, ngf.icon("search"), field, el("kbd", {}, "Esc")), list, hint), { label: "Search" });
    draw("", []);
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfSearch = {
    show(results) {
      if (results && results.id === asked && field && field.isConnected) draw(results.text, results.items);
    },
  };

  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("#n-find, #n-find-m")) ngf.search();
  });
})(window.ngf = window.ngf || {});
