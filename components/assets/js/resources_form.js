/* What the browser draws into the editor's form. A page has room for few Dash components, and their
   inputs take no aria-label; so names of inputs, crosses, heads, lines under rows and datalists are
   put here, beside what Dash has drawn and never in its place.

   What their buttons do is in editor_turns.js. */
(function () {
  "use strict";
  const no = () => window.dash_clientside.no_update;
  const el = (...args) => window.ngf.element(...args);
  const named = (node) => JSON.parse(node.id).name;
  /* What stands for a block or a list of a form made from a schema, which is no input. */
  const headOf = (path) => document.querySelector(`.edit-form .sblock[data-key=${JSON.stringify(path)}] > .lab`);
  const dashId = (parts) => JSON.stringify(parts, Object.keys(parts).sort());
  window.dash_clientside = window.dash_clientside || {};

  window.dash_clientside.ngfForm = {
    /* Once a page: inputs get their accessible names, rows and blocks their cross and their lines. */
    dressed: function () {
      window.ngf.turns.begin();
      for (const input of document.querySelectorAll("#edit-page [name]")) input.setAttribute("aria-label", input.name);
      for (const place of document.querySelectorAll(".edit-form [data-blocks]")) {
        for (const { row, title, inputs } of JSON.parse(place.dataset.blocks)) {
          const all = inputs.map((name) => document.getElementById(dashId({ type: "edit-field", name })));
          all[0].before(
            el("b", { class: "b5", "data-block": row }, title),
            el("button", { type: "button", class: "n-ico sm bi bi-x-lg", "data-block": row, id: dashId({ type: "edit-act", name: `${row}-remove` }), "aria-label": `Remove ${title.toLowerCase()}` }));
          for (const input of all) {
            input.dataset.block = row;
            input.setAttribute("aria-label", `${title}: ${input.name}`);
            input.before(el("label", { for: input.id, class: "cap", "data-block": row }, input.name));
          }
        }
      }
      for (const place of document.querySelectorAll(".edit-form [data-buttons]")) {
        const look = place.classList.contains("end") ? "btn btn-link btn-sm" : "chip add bi bi-plus-lg";
        place.append(...Object.entries(JSON.parse(place.dataset.buttons)).map(([act, label]) => el("button", { type: "button", class: look, id: dashId({ type: "edit-act", name: act }) }, label)));
      }
      for (const row of document.querySelectorAll(".edit-form [data-remove]")) {
        const act = `${named(row)}-remove`;
        const raise = row.dataset.raise;
        if (raise) row.append(el("button", { type: "button", class: "n-ico sm bi bi-arrow-up raise", id: dashId({ type: "edit-act", name: `${named(row)}-up` }), title: raise, "aria-label": raise }));
        row.append(
          el("span", { class: "live", hidden: true }),
          el("span", { class: "share num t2" }),
          el("button", { type: "button", class: "n-ico sm bi bi-x-lg", id: dashId({ type: "edit-act", name: act }), "aria-label": row.dataset.remove }),
          el("div", { class: "hint says" }));
      }
      return no();
    },

    /* Heads of rules and listeners, each before the one body: what is there already keeps its focus. */
    heads: function (heads) {
      const body = document.getElementById("edit-body");
      if (!body) return no();
      for (const button of document.querySelectorAll(".edit-form [data-buttons] > button")) button.hidden = heads.hidden.includes(named(button));
      for (const part of document.querySelectorAll(".edit-form [data-block]")) part.hidden = heads.hidden.includes(part.dataset.block);
      const there = [...body.parentElement.querySelectorAll(".rule-h")];
      there.slice(heads.items.length).forEach((old) => old.remove());
      heads.items.forEach((item, at) => {
        const head = there[at] || el("button", { type: "button", id: dashId({ type: "edit-head", index: at }), "aria-controls": "edit-body", style: `order: ${2 * at}` });
        const open = at === heads.opened;
        head.className = `rule-h${open ? " open" : ""}${item.tag ? " chg" : ""}`;
        head.setAttribute("aria-expanded", String(open));
        head.replaceChildren(item.label, el("span", { class: "ell grow" }, item.summary), ...(item.tag ? [el("span", { class: "tag info" }, item.tag)] : []));
        if (!there[at]) body.before(head);
      });
      return no();
    },

    /* What is known of what a row names: its state; of a backend also the share, the live weight
       and where the slider ends. */
    told: function (rows) {
      for (const row of document.querySelectorAll(".edit-form .frow[data-remove]")) {
        const said = (rows && rows[named(row)]) || {};
        const part = (name) => row.querySelector(`:scope > .${name}`);
        part("says").className = `hint says ${said.tone || ""}`;
        part("says").textContent = said.state || "";
        part("share").textContent = said.share || "";
        part("live").hidden = said.live === undefined || said.live === null;
        part("live").textContent = `live ${said.live}`;
        part("live").style.setProperty("--at", Math.min(said.live, said.scale) / said.scale);
        const slide = row.querySelector("input[type=range]");
        if (slide && said.scale) slide.max = said.scale;
      }
      return no();
    },

    /* What is wrong stands under the input, and as a number at the rule or listener it is in. */
    faults: function (faults) {
      const said = (faults && faults.inputs) || {};
      const counts = (faults && faults.items) || {};
      document.querySelectorAll(".edit-form .fault").forEach((old) => old.remove());
      for (const input of document.querySelectorAll(".edit-form [aria-invalid]")) {
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
      }
      Object.entries(said).forEach(([id, sentence], at) => {
        const input = document.getElementById(id) || headOf(JSON.parse(id).name);
        if (!input) return;
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", `edit-fault-${at}`);
        const fault = el("div", { id: `edit-fault-${at}`, class: "hint err fault", "aria-hidden": "true" }, window.ngf.icon("x-octagon-fill"), sentence);
        if (input.matches(".sblock > .lab")) input.append(fault);
        else if (input.dataset.block) input.after(fault);
        else input.parentElement.append(fault);
      });
      document.querySelectorAll(".edit-form .rule-h").forEach((head, at) => {
        if (counts[at]) head.dataset.fault = counts[at] === 1 ? "1 error" : `${counts[at]} errors`;
        else delete head.dataset.fault;
      });
      return no();
    },

    /* What inputs propose: a datalist for each kind of name. */
    offers: function (offers) {
      const page = document.getElementById("edit-page");
      for (const [kind, names] of Object.entries(page ? offers : {})) {
        const id = `edit-${kind}`;
        const list = document.getElementById(id) || el("datalist", { id });
        list.replaceChildren(...names.map((name) => el("option", { value: name })));
        if (!list.isConnected) page.append(list);
      }
      return no();
    },
  };
})();
