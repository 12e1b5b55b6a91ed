// Small words for building what the scripts draw themselves.
//
// ngf.element(tag, attributes, ...children)   "on<event>" adds a listener; text is never parsed
// ngf.icon(name)                              a decorative Bootstrap icon
// ngf.float(opener, node, {label})            a menu or panel under its button: Esc and a click
//                                             outside close it, focus goes back to the button
// ngf.dialog(node, {label})                   the same in the middle of the page, behind a scrim
(function (ngf) {
  ngf.element = function (tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === false || value === null || value === undefined) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== "") node.append(child);
    return node;
  };

  ngf.icon = (name) => ngf.element("i", { class: `bi bi-${name}`, "aria-hidden": "true" });

  let open = null;

  ngf.closeFloat = function (keepFocus) {
    if (!open) return;
    const { holder, opener } = open;
    open = null;
    holder.remove();
    if (opener) {
      opener.setAttribute("aria-expanded", "false");
      if (!keepFocus) opener.focus();
    }
  };

  ngf.floating = () => open !== null;

  function show(holder, node, opener) {
    const again = open && open.opener === opener && opener;
    ngf.closeFloat(true);
    if (again) { opener.focus(); return false; }
    document.getElementById("n-float").append(holder);
    open = { holder, opener, node };
    if (opener) opener.setAttribute("aria-expanded", "true");
    const first = node.querySelector("[autofocus]") || node.querySelector("input, [role^=menuitem], button, a[href]");
    if (first) first.focus({ preventScroll: true });
    return true;
  }

  ngf.float = function (opener, node, options) {
    node.classList.add("n-menu");
    node.setAttribute("role", (options && options.role) || "dialog");
    node.setAttribute("aria-label", options.label);
    if (!show(node, node, opener)) return;
    const place = opener.getBoundingClientRect();
    node.style.top = `${place.bottom + 4}px`;
    const left = options.right ? place.right - node.offsetWidth : place.left;
    node.style.left = `${Math.max(8, Math.min(left, window.innerWidth - node.offsetWidth - 8))}px`;
  };

  ngf.dialog = function (node, options) {
    node.classList.add("n-dialog");
    node.setAttribute("role", "dialog");
    node.setAttribute("aria-modal", "true");
    node.setAttribute("aria-label", options.label);
    const scrim = ngf.element("div", { class: "n-scrim", onmousedown(event) { if (event.target === scrim) ngf.closeFloat(); } }, node);
    show(scrim, node, options.opener || document.activeElement);
  };

  document.addEventListener("mousedown", function (event) {
    if (open && !open.holder.contains(event.target) && !(open.opener && open.opener.contains(event.target))) ngf.closeFloat(true);
  });

  document.addEventListener("keydown", function (event) {
    if (!open) return;
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); ngf.closeFloat(); return; }
    const stops = [...open.node.querySelectorAll("input, button, a[href], [tabindex='0']")].filter((stop) => !stop.disabled && stop.offsetParent !== null);
    if (!stops.length) return;
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Tab") {
      event.preventDefault();
      stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length].focus();
    } else if (open.node.dataset.arrows && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      stops[(at + (event.key === "ArrowUp" ? -1 : 1) + stops.length) % stops.length].focus();
    }
  }, true);
})(window.ngf = window.ngf || {});
