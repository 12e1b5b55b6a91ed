/* A form made from a kind's schema as its cluster serves it; of a route the part of it that is about
   filters of backends. The browser draws it, because how many inputs there are depends on the schema
   and on the object, and a page has room for few Dash components. What is typed is an edit of one path and goes out with the turn (editor_turns.js).

   A new drawing is laid over the old one node by node, so that the input with the focus stays the
   same node; what was typed and not answered yet stays in its input. */
(function (ngf) {
  "use strict";
  const no = () => window.dash_clientside.no_update;
  const el = (...args) => ngf.element(...args);
  const ROOT = "edit-schema-form";
  const GROUPS = { Service: "" }; // of what policies target; the Gateway API's where none is named
  const PLURALS = { Gateway: "gateways", HTTPRoute: "httproutes", GRPCRoute: "grpcroutes", Service: "services" };
  const SHAPES = {
    "^\\d{1,4}(k|m|g)?$": "a size such as 8k, 10m or 1g",
    "^[0-9]{1,4}(ms|s|m|h)?$": "a time such as 500ms, 30s or 5m",
    "^\\d+r/[sm]$": "a rate such as 10r/s or 300r/m",
    "^\\$[a-z_]+$": "a variable such as $request_uri",
    "^https?://": "an address that begins with http:// or https://",
  };
  let schema = null; // what the server told: {kind, schema, targets, templates}
  let object = {};
  let opened = -1; // the rule that is open
  let live = null;
  let mended = {}; // which blocks somebody opened or closed, by path
  const heard = new WeakMap(); // what inputs held when they told of it

  const spelled = (way) => way.reduce((text, step) => typeof step === "number" ? `${text}[${step}]`
    : /^[A-Za-z_][A-Za-z0-9_-]*$/.test(step) ? (text ? `${text}.${step}` : step) : `${text}[${JSON.stringify(step)}]`, "");
  const at = (value, way) => way.reduce((held, step) => (held === null || held === undefined ? undefined : held[step]), value);
  const CAPITALS = new Set(["http", "url", "uri", "uid", "id", "tls", "ca", "jwt", "oidc", "pkce", "crl", "nim", "n1c", "ip", "waf"]);
  const words = (name) => {
    const text = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
    const lower = text.split(" ").map((word) => (CAPITALS.has(word.toLowerCase()) || /^[A-Z]{2,}$/.test(word) ? word.toUpperCase() : word.toLowerCase())).join(" ");
    return lower.charAt(0).toUpperCase() + lower.slice(1);
  };
  const singular = (name) => words(name).replace(/ies$/, "y").replace(/(ss|s)$/, (end) => (end === "ss" ? end : ""));
  const sentence = (text) => ((text || "").replace(/\s+/g, " ").match(/^.*?[.](?=\s|$)/) || [text || ""])[0];
  const type = (node) => node["x-kubernetes-int-or-string"] ? "int-or-string" : node.type || "";
  const scalar = (node) => ["string", "integer", "number", "boolean", "int-or-string"].includes(type(node));
  const free = (node) => node["x-kubernetes-preserve-unknown-fields"] && !node.properties;
  const identify = (way) => JSON.stringify({ name: spelled(way), type: "edit-field" });
  const said = (way) => JSON.stringify(way);

  /* What is wrong with a value by the schema alone; the server has the last word. */
  function wrong(node, value, needed) {
    if (value === undefined || value === "" || value === null) return needed ? "It is required." : "";
    if (typeof value === "object") return "";
    if (type(node) === "integer" && !Number.isInteger(value)) return "It must be a whole number.";
    if (type(node) === "number" && typeof value !== "number") return "It must be a number.";
    if (node.minimum !== undefined && value < node.minimum || node.maximum !== undefined && value > node.maximum) return `It must be ${range(node)}.`;
    if (node.enum && !node.enum.includes(value)) return `It must be one of ${node.enum.join(", ")}.`;
    if (typeof value !== "string") return "";
    if (node.maxLength !== undefined && value.length > node.maxLength) return `It must have at most ${node.maxLength} characters.`;
    try {
      if (node.pattern && !new RegExp(node.pattern).test(value)) return `It must be ${SHAPES[node.pattern] || `of the form ${node.pattern}`}.`;
    } catch { return ""; } // an expression that only RE2 reads
    return "";
  }

  function range(node) {
    if (node.minimum !== undefined && node.maximum !== undefined) return `between ${node.minimum} and ${node.maximum}`;
    return node.minimum !== undefined ? `${node.minimum} or more` : `at most ${node.maximum}`;
  }

  function limits(node) {
    const bound = node.minimum !== undefined || node.maximum !== undefined ? range(node) : "";
    return node.pattern && SHAPES[node.pattern] || bound || (node.maxLength && node.maxLength < 100 ? `at most ${node.maxLength} characters` : "");
  }

  function control(way, node, needed, options) {
    const value = at(object, way);
    const shown = value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    const fault = wrong(node, value, needed && (live || Boolean((object.metadata || {}).name)));
    const changed = live && JSON.stringify(at(live, way)) !== JSON.stringify(value);
    const common = { id: identify(way), "data-way": said(way), "data-type": type(node), "data-value": shown, "aria-invalid": fault ? "true" : null, title: node.description || null, "aria-required": needed ? "true" : null };
    const choices = options || node.enum || (type(node) === "boolean" ? ["true", "false"] : null);
    let input;
    if (choices) {
      const empty = node.default !== undefined ? `Not set (${node.default})` : "Not set";
      const known = [...choices.map(String), ...(shown && !choices.map(String).includes(shown) ? [shown] : [])];
      input = el("select", { ...common, class: `form-select${changed ? " chg" : ""}` },
        ...(needed && shown ? [] : [el("option", { value: "" }, empty)]), ...known.map((one) => el("option", { value: one }, one)));
    } else if (/snippet|configuration/i.test(node.description || "") && !node.pattern && type(node) === "string" || way[way.length - 1] === "value" && way.includes("snippets")) {
      input = el("textarea", { ...common, class: `form-control mono${changed ? " chg" : ""}`, rows: Math.min(8, Math.max(3, shown.split("\n").length)), spellcheck: "false" });
    } else {
      input = el("input", { ...common, class: `form-control${type(node) === "string" ? " mono" : ""}${changed ? " chg" : ""}`, type: "text", autocomplete: "off", inputmode: type(node) === "integer" ? "numeric" : null, placeholder: node.default !== undefined ? String(node.default) : limits(node) || null, list: named(way) });
    }
    return [input, fault && shown ? el("div", { class: "hint err local" }, fault) : null];
  }

  /* What a name proposes: the objects of the kind that is targeted, Services, extensions. */
  function named(way) {
    const [holder, last] = [way.slice(0, -1), way[way.length - 1]];
    if (last === "name" && schema.filters.length) return { backendRef: "edit-services", extensionRef: "edit-extensions" }[holder[holder.length - 1]] || null;
    if (last !== "name" || !/^targetRefs?$/.test(String(holder[1]))) return null;
    const plural = PLURALS[(at(object, holder) || {}).kind];
    return plural ? `edit-${plural}` : null;
  }

  const labelled = (label, needed, inner) => el("label", { class: "lab around" }, label, needed ? el("span", { class: "t3" }, " required") : null, ...inner);

  /* One property of an object, whatever it is. */
  function property(way, name, node, needed) {
    const here = [...way, name];
    if (/^targetRefs?$/.test(name) && way.length === 1) return targets(here, node);
    if (scalar(node)) return labelled(words(name), needed, control(here, node, needed));
    if (type(node) === "array") return list(here, name, node);
    if (node.properties && !free(node)) return block(here, name, node, needed);
    if (node.additionalProperties && scalar(node.additionalProperties)) return map(here, name, node);
    return el("div", { class: "hint" }, `${words(name)} is edited in the YAML.`);
  }

  function fields(way, node) {
    const needed = new Set(node.required || []);
    const all = Object.entries(node.properties || {});
    const plain = all.filter(([, one]) => scalar(one)).sort(([a], [b]) => needed.has(b) - needed.has(a));
    const rest = all.filter(([, one]) => !scalar(one)).sort(([a], [b]) => /^targetRef/.test(b) - /^targetRef/.test(a) || needed.has(b) - needed.has(a));
    const long = plain.filter(([name]) => name === "value" && way.includes("snippets"));
    const short = plain.filter((one) => !long.includes(one));
    const grid = short.length ? [el("div", { class: "fgrid" }, ...short.map(([name, one]) => property(way, name, one, needed.has(name))))] : [];
    const lead = rest.filter(([name]) => /^targetRef/.test(name) && way.length === 1).map(([name, one]) => property(way, name, one, true));
    return [...lead, ...grid, ...long.map(([name, one]) => property(way, name, one, needed.has(name))),
      ...rest.filter(([name]) => !(/^targetRef/.test(name) && way.length === 1)).map(([name, one]) => property(way, name, one, needed.has(name))),
      ...(node.rules || []).filter((rule) => !/^TargetRef/i.test(rule)).map((rule) => el("div", { class: "hint" }, rule))];
  }

  function block(way, name, node, needed) {
    const key = spelled(way);
    const there = at(object, way) !== undefined;
    const open = key in mended ? mended[key] : there || needed;
    return el("details", { class: "sblock", "data-key": key, open: open || null },
      el("summary", { class: "lab" }, words(name), needed ? el("span", { class: "t3" }, " required") : there ? null : el("span", { class: "t3" }, " not set")),
      el("div", { class: "sbody" }, ...(node.description ? [el("div", { class: "hint" }, sentence(node.description))] : []), ...fields(way, node)));
  }

  const cross = (way, label) => el("button", { type: "button", class: "n-ico sm bi bi-x-lg", "data-do": "drop", "data-way": said(way), "aria-label": label });
  const plus = (way, value, label) => el("button", { type: "button", class: "chip add bi bi-plus-lg", "data-do": "add", "data-way": said(way), "data-value": JSON.stringify(value) }, label);

  /* The least that an entry of this schema holds: its required fields, empty. */
  function blank(node) {
    if (node.default !== undefined) return node.default;
    if (node.properties) return Object.fromEntries((node.required || []).map((name) => [name, blank(node.properties[name] || {})]).filter(([, one]) => one !== null));
    if (type(node) === "array") return [];
    return type(node) === "string" || type(node) === "int-or-string" ? (node.enum ? node.enum[0] : "") : null;
  }

  function list(way, name, node) {
    const items = at(object, way);
    const held = Array.isArray(items) ? items : [];
    const one = node.items || {};
    const noun = singular(name);
    const rows = held.map((_, index) => {
      const here = [...way, index];
      if (scalar(one)) return el("div", { class: "frow two" }, el("span", {}, ...control(here, one, true)), cross(here, `Remove ${noun.toLowerCase()} ${index + 1}`));
      return el("div", { class: "fblock" }, el("div", { class: "lab" }, `${noun} ${index + 1}`), cross(here, `Remove ${noun.toLowerCase()} ${index + 1}`), ...fields(here, one));
    });
    const full = node.maxItems !== undefined && held.length >= node.maxItems;
    return el("div", { class: "sblock", "data-key": spelled(way) }, el("div", { class: "lab" }, words(name)),
      ...(node.description ? [el("div", { class: "hint" }, sentence(node.description))] : []), ...rows,
      ...(full ? [el("div", { class: "hint" }, `${node.maxItems} are the most there can be.`)] : [plus([...way, held.length], blank(one), noun)]));
  }

  function map(way, name, node) {
    const held = at(object, way) || {};
    const rows = Object.keys(held).map((key) => el("div", { class: "frow pair" },
      el("input", { id: identify([...way, `${key} key`]), class: "form-control mono", type: "text", "data-way": said(way), "data-key": key, "data-value": key, "aria-label": `Name in ${words(name).toLowerCase()}`, autocomplete: "off" }),
      el("span", {}, ...control([...way, key], node.additionalProperties, true)), cross([...way, key], `Remove ${key}`)));
    return el("div", { class: "sblock" }, el("div", { class: "lab" }, words(name)), ...rows, plus([...way, "name" in held ? `name-${rows.length + 1}` : "name"], "", "Entry"));
  }

  /* What the policy targets: kind, name and, where the kind has ports, one of them. */
  function targets(way, node) {
    const several = type(node) === "array";
    const held = several ? at(object, way) || [] : [at(object, way) || {}];
    const one = several ? node.items || {} : node;
    const rows = held.map((_, index) => {
      const here = several ? [...way, index] : way;
      const parts = [labelled("Kind", false, control([...here, "kind"], one.properties.kind || {}, true, schema.targets)), labelled("Name", false, control([...here, "name"], one.properties.name || {}, true))];
      if (one.properties.sectionName) parts.push(labelled("Port name", false, control([...here, "sectionName"], one.properties.sectionName, false)));
      return el("div", { class: `frow target${parts.length > 2 ? " ports" : ""}` }, ...parts, several && held.length > 1 ? cross(here, `Remove target ${index + 1}`) : null);
    });
    const kind = schema.targets[0];
    const fresh = { group: kind in GROUPS ? GROUPS[kind] : "gateway.networking.k8s.io", kind, name: "" };
    return el("div", { class: "sblock flat" }, el("div", { class: "lab" }, several ? "Targets" : "Target"), ...rows,
      several && (node.maxItems === undefined || held.length < node.maxItems) ? plus([...way, held.length], fresh, "Target") : null,
      el("div", { class: "hint" }, "They are in the policy's own namespace."));
  }

  /* The filters of the backends of the open rule: of the parts that a filter's schema has, each shows
     the one that its type names. */
  function backends(opened) {
    const held = ["spec", "rules", opened, "backendRefs"];
    const found = at(object, held);
    if (!Array.isArray(found) || !found.length) return [];
    if (!schema.schema) return [el("div", { class: "hint" }, schema.why)];
    return found.map((one, index) => backend([...held, index, "filters"], one || {}, index));
  }

  function backend(way, ref, index) {
    const key = spelled(way);
    const filters = Array.isArray(ref.filters) ? ref.filters : [];
    const known = schema.filters.filter((one) => (schema.schema.properties.type.enum || []).includes(one.type));
    const has = (type) => filters.some((one) => one && one.type === type);
    const refused = (type) => type === "URLRewrite" && has("RequestRedirect") || type === "RequestRedirect" && has("URLRewrite");
    const more = known.filter((one) => (one.several || !has(one.type)) && !refused(one.type));
    const open = key in mended ? mended[key] : filters.length > 0;
    return el("details", { class: "sblock", "data-key": key, open: open || null },
      el("summary", { class: "lab" }, `Only for backend ${index + 1}${ref.name ? `, ${ref.name}` : ""}`, el("span", { class: "t3" }, filters.length ? ` ${filters.length} ${filters.length === 1 ? "filter" : "filters"}` : " no filters")),
      el("div", { class: "sbody" }, ...filters.map((one, at) => filter([...way, at], one || {}, known)),
        ...more.map((one) => plus([...way, filters.length], { type: one.type, [one.key]: one.start }, one.title))));
  }

  function filter(way, held, known) {
    const one = known.find(({ type }) => type === held.type);
    const title = one ? one.title : held.type || "Filter";
    const part = one && schema.schema.properties[one.key];
    return el("div", { class: "fblock", "data-key": spelled(way) }, el("div", { class: "lab" }, title), cross(way, `Remove ${title.toLowerCase()}`),
      ...(part ? fields([...way, one.key], part) : [el("div", { class: "hint" }, "It is edited in the YAML.")]));
  }

  function starts() {
    if (live || !(schema.templates || []).length) return [];
    const chosen = schema.templates[schema.chosen];
    const pick = el("select", { id: "edit-schema-template", class: "form-select", "data-value": schema.chosen === undefined ? "" : String(schema.chosen) },
      el("option", { value: "" }, "An empty policy"), ...schema.templates.map((one, index) => el("option", { value: String(index) }, one.name)));
    return [labelled("Start from", false, [pick, el("div", { class: "hint" }, chosen ? chosen.when : "A template fills in the settings; the targets stay.")])];
  }

  /* Where the form is drawn; the part of a route's has its place made after the backends. */
  function room() {
    const there = document.getElementById(ROOT);
    const rows = document.getElementById(JSON.stringify({ name: "backends", type: "edit-row" }));
    if (there || !rows) return there;
    const made = el("div", { id: ROOT });
    rows.after(made);
    return made;
  }

  function render() {
    const root = room();
    if (!root || !schema) return;
    const fresh = el("div", {}, ...(schema.filters.length ? backends(opened) : schema.schema ? [...starts(), ...fields(["spec"], schema.schema)] : [el("div", { class: "quiet" }, schema.why)]));
    const waiting = new Set(ngf.turns.unanswered().filter((one) => one.set).map((one) => identify(one.set[0])));
    children(root, fresh, waiting);
  }

  function children(old, fresh, waiting) {
    const wanted = [...fresh.childNodes];
    wanted.forEach((node, index) => {
      const there = old.childNodes[index];
      if (!there) old.append(dressed(node));
      else sync(there, node, waiting);
    });
    while (old.childNodes.length > wanted.length) old.lastChild.remove();
  }

  const key = (node) => node.nodeType === 1 ? `${node.tagName} ${node.id} ${node.dataset.key || ""} ${node.classList[0] || ""}` : "text";

  function sync(old, fresh, waiting) {
    if (key(old) !== key(fresh)) { old.replaceWith(dressed(fresh)); return; }
    if (old.nodeType !== 1) { if (old.data !== fresh.data) old.data = fresh.data; return; }
    for (const { name } of [...old.attributes]) if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of [...fresh.attributes]) if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.tagName === "DETAILS") old.open = fresh.open;
    children(old, fresh, waiting);
    if ("value" in old.dataset && old !== document.activeElement && !waiting.has(old.id) && old.value !== old.dataset.value && old.tagName !== "BUTTON") old.value = old.dataset.value;
  }

  /* A new input shows what its field holds. */
  function dressed(node) {
    if (node.nodeType !== 1) return node;
    for (const one of [node, ...node.querySelectorAll("[data-value]")]) if ("value" in one.dataset && one.tagName !== "BUTTON") one.value = one.dataset.value;
    return node;
  }

  const typed = (input) => {
    const text = input.value;
    if (text === "") return null;
    if (["integer", "number"].includes(input.dataset.type) && /^-?\d+(\.\d+)?$/.test(text.trim())) return Number(text);
    if (input.dataset.type === "int-or-string" && /^\d+$/.test(text)) return Number(text);
    return input.dataset.type === "boolean" ? text === "true" : text;
  };

  ngf.schema = {
    /* The edits that typing into an input means; none for one that is not this form's. */
    edits: function (input) {
      if (!input.closest(`#${ROOT}`)) return null;
      heard.set(input, input.value);
      if (input.id === "edit-schema-template") return begin(input.value);
      const way = JSON.parse(input.dataset.way);
      if ("key" in input.dataset && input.dataset.key !== undefined && input.tagName === "INPUT" && input.id.includes(" key")) return [{ rename: [way, input.dataset.key, input.value] }];
      const found = [{ set: [way, typed(input)] }];
      if (way[way.length - 1] === "kind" && /^targetRefs?$/.test(String(way[1]))) found.push({ set: [[...way.slice(0, -1), "group"], input.value in GROUPS ? GROUPS[input.value] : "gateway.networking.k8s.io"] });
      return found;
    },
    press: (button) => ({ set: [JSON.parse(button.dataset.way), button.dataset.do === "drop" ? null : JSON.parse(button.dataset.value)] }),
    same: (one, other) => Boolean(one.set && other.set && said(one.set[0]) === said(other.set[0])),
  };

  function begin(value) {
    schema.chosen = value === "" ? undefined : Number(value);
    const spec = object.spec || {};
    const kept = Object.fromEntries(Object.entries(spec).filter(([name]) => /^targetRefs?$/.test(name)));
    return [{ set: [["spec"], { ...(value === "" ? {} : schema.templates[Number(value)].spec), ...kept }] }];
  }

  /* Programs that choose for people tell of a change only. */
  document.addEventListener("change", ({ target }) => {
    if (target.tagName === "SELECT" && target.closest(`#${ROOT}`) && heard.get(target) !== target.value) target.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("click", (event) => {
    const summary = event.target.closest(`#${ROOT} summary`);
    if (summary) mended[summary.parentElement.dataset.key] = !summary.parentElement.open;
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ngfSchema = {
    draw: function (told, draft, base, ref) {
      if (!told || !draft) return no();
      const page = room(); // a page that is opened anew begins anew
      if (!schema || schema.page !== page || said(schema.at) !== said(told.at)) { schema = { ...told, page }; mended = {}; }
      object = draft.object || {};
      opened = draft.opened;
      live = ref.create ? null : base.object;
      render();
      return no();
    },
  };
})(window.ngf = window.ngf || {});
