// The inputs of a wizard: what stands at a path of the object, and how it is shown and typed.
// Shapes are those of components/wizard.py.
//
// ngf.paths.get(object, path)          what stands at "spec.listeners[0].port"
// ngf.paths.put(object, path, value)   puts it there; undefined takes it away, and what held only it
//                                      within its section: one that is there is on, also empty
// ngf.paths.on(section)                whether a section is on: it is there and not switched off
// ngf.paths.asked(section)             the same of one that needs enabled: true
// ngf.paths.meets(when, at)            whether a condition of `Field.when` holds
// ngf.controls[name]                   {draw, read, write}: one more is one more entry; `fits` says
//                                      whether write gives back what read shows
(function (ngf) {
  const el = ngf.element;
  // A key that is no plain word stands in brackets and quotes, as components/field_paths.py says.
  const STEP = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[]+)/g;
  const steps = (path) => [...path.matchAll(STEP)].map(([, at, key, word]) => (at !== undefined ? Number(at) : key !== undefined ? JSON.parse(`"${key}"`) : word));
  const empty = (value) => value === undefined || (value !== null && typeof value === "object" && !Object.keys(value).length);

  const get = (object, path) => steps(path).reduce((held, step) => (held === null || held === undefined ? undefined : held[step]), object);

  function put(object, path, value) {
    const way = steps(path);
    const last = way.pop();
    const holders = [];
    let holder = object;
    for (const [at, step] of way.entries()) {
      holders.push([holder, step]);
      if (holder[step] === null || typeof holder[step] !== "object") {
        if (value === undefined) return;
        holder[step] = typeof (way[at + 1] ?? last) === "number" ? [] : {};
      }
      holder = holder[step];
    }
    if (value !== undefined) { holder[last] = value; return; }
    if (Array.isArray(holder)) holder.splice(last, 1); else delete holder[last];
    for (const [above, step] of holders.reverse()) {
      if (step === "spec" || above === object.spec || typeof step === "number" || !empty(above[step])) return;
      delete above[step];
    }
  }

  // A section that is there is on, unless it says enabled: false. "spec.waf?" asks whether it is.
  const on = (value) => value !== undefined && value !== null && value.enabled !== false;
  const asked = (value) => Boolean(value) && value.enabled === true;
  const meets = (when, at) => Object.entries(when || {}).every(([path, wanted]) => wanted.some((one) => (path.endsWith("?") ? on(at(path.slice(0, -1))) === one : one === null ? at(path) === undefined : at(path) === one)));

  const text = (value) => (value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
  const list = (value) => (Array.isArray(value) ? value.map(text) : []);
  const input = (more) => (field, common) => el("input", { ...common, class: "form-control", type: "text", autocomplete: "off", placeholder: field.placeholder || null, list: field.known ? `wizard-known-${field.known}` : null, ...more });
  const area = (rows) => (field, common) => el("textarea", { ...common, class: "form-control mono", rows, spellcheck: "false", placeholder: field.placeholder || null });

  function select(field, common, { value, offers }) {
    const known = [...field.options, ...((field.known && offers[field.known]) || []).map((one) => (typeof one === "string" ? [one, one] : [one.value, one.label]))];
    const held = text(value);
    const all = held && !known.some(([one]) => one === held) ? [...known, [held, held]] : known;
    return el("select", { ...common, class: "form-select" }, field.empty || !held ? el("option", { value: "" }, field.empty || "Choose") : null, all.map(([one, label]) => el("option", { value: one }, label)));
  }

  const words = (shown) => shown.split(/[\s,]+/).filter(Boolean);
  const kept = (items) => (items.length ? items : undefined);

  // "a=b", one a line, for values have commas; what is no pair yet stays as it is typed, so that its
  // fault is said and nothing is lost.
  function pairs(shown) {
    const parts = shown.split("\n").map((line) => line.trim()).filter(Boolean);
    if (!parts.length) return undefined;
    const pair = (part) => [part.slice(0, part.indexOf("=")).trim(), part.slice(part.indexOf("=") + 1).trim()];
    return parts.every((part) => /^[^=\s]+\s*=/.test(part)) ? Object.fromEntries(parts.map(pair)) : shown;
  }

  // Whether values come back from lines as they were.
  const oneLine = (one) => typeof one !== "string" || (one === one.trim() && !one.includes("\n"));
  const linear = (value) => value === null || typeof value !== "object" || Object.values(value).every(oneLine);

  const box = (field, common) => el("input", { ...common, class: "form-check-input", type: "checkbox", role: "switch" });
  // Switched off it keeps what was typed into it.
  const sectioned = (wanted, held) => (wanted ? { ...held, enabled: true } : held && Object.keys(held).some((key) => key !== "enabled") ? { ...held, enabled: false } : undefined);

  ngf.controls = {
    text: { draw: input({}), read: text, write: (shown) => shown.trim() || undefined },
    mono: { draw: input({ class: "form-control mono", spellcheck: "false" }), read: text, write: (shown) => shown.trim() || undefined },
    number: { draw: input({ inputmode: "numeric" }), read: text, write: (shown) => (shown.trim() === "" ? undefined : /^-?\d+$/.test(shown.trim()) ? Number(shown) : /^-?\d*\.\d+$/.test(shown.trim()) ? Number(shown) : shown.trim()) },
    select: { draw: select, read: text, write: (shown) => shown || undefined },
    block: { draw: area(5), read: text, write: (shown) => (shown.trim() ? shown : undefined) },
    lines: { draw: area(3), fits: linear, read: (value) => (Array.isArray(value) ? value.join("\n") : text(value)), write: (shown) => kept(shown.split("\n").filter((line) => line.trim())) },
    words: { draw: input({ class: "form-control mono", spellcheck: "false" }), read: (value) => (Array.isArray(value) ? list(value).join(", ") : text(value)), write: (shown) => kept(words(shown)) },
    pairs: {
      draw: area(2),
      fits: linear,
      read: (value) => (value && typeof value === "object" ? Object.entries(value).map(([key, one]) => `${key}=${text(one)}`).join("\n") : text(value)),
      write: pairs,
    },
    cluster: { read: () => ngf.wizardState().cluster, write: (shown) => shown },
    switch: { draw: box, read: (value) => value === true, write: (on) => (on ? true : undefined), flag: true },
    // What may be left to others, here or there: so no is another word than nothing.
    boolean: { draw: select, read: text, write: (shown) => (shown === "" ? undefined : shown === "true") },
    // A whole section that is on where it is there; and one that is on only where it says so.
    section: { draw: box, read: on, flag: true, write: sectioned },
    asked: { draw: box, read: asked, flag: true, write: sectioned },
  };

  // What is folded away stays as somebody has left it while the page is drawn anew.
  const unfolded = new Set();
  ngf.fold = (key, summary, ...body) => el("details", { "data-fold": key, "data-key": key, open: unfolded.has(key) }, el("summary", { class: "s12" }, summary), body);
  document.addEventListener("toggle", function ({ target }) {
    if (!target.dataset || !target.dataset.fold) return;
    if (target.open) unfolded.add(target.dataset.fold); else unfolded.delete(target.dataset.fold);
  }, true);

  ngf.paths = { get, put, meets, on, asked, text };
})(window.ngf = window.ngf || {});
