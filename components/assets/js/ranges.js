// The time that a page shows, and how often it asks again. The range stands in the address: "1h" ends
// now, "2026-11-24T13:32Z/2026-11-24T14:32Z" does not move. A drag over any chart zooms all of them;
// double-click and Back return. What an address says that is no range is told and taken out of it.
//
// ngf.range.get()                 {text, relative, start, end}: Dates, UTC
// ngf.range.set(text)             another one, as a new entry of the history
// ngf.range.every()               milliseconds between two questions, 0 for none
// ngf.range.answered()            the page has new data: "updated n s ago"
(function (ngf) {
  const el = ngf.element;
  const PRESETS = [["15m", "15 min"], ["1h", "1 h"], ["6h", "6 h"], ["24h", "24 h"], ["7d", "7 d"]];
  const UNITS = { s: 1, m: 60, h: 3600, d: 86400 };
  const LONGEST_S = 400 * 86400;
  const MOMENT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;
  const EVERY = [[0, "Off"], [5000, "5 s"], [15000, "15 s"], [60000, "1 min"]];
  const SHORTEST_MS = 10000;
  let updated = null; // when the page was answered last

  const room = () => document.getElementById("n-range");
  const two = (number) => String(number).padStart(2, "0");
  const day = (date) => `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const minute = (date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  const clock = (date) => `${minute(date)}${date.getUTCSeconds() ? `:${two(date.getUTCSeconds())}` : ""}`;
  const written = (date) => `${day(date)}T${clock(date)}Z`;

  function seconds(text) {
    const found = /^(\d{1,6})([smhd])$/.exec(text);
    return found ? found[1] * UNITS[found[2]] : 0;
  }

  // A time without a zone is UTC.
  function moment(text) {
    const found = MOMENT.exec(text);
    return new Date(!found ? NaN : found[1] && !found[4] ? `${text}Z` : text);
  }

  // As services/telemetry/windows.py reads it; null is no range.
  function parse(text) {
    const length = seconds(text || "");
    if (length) {
      const end = new Date(Math.floor(ngf.now() / 1000) * 1000);
      return length <= LONGEST_S ? { text, relative: true, start: new Date(end - length * 1000), end } : null;
    }
    const parts = (text || "").split("/");
    const [start, end] = parts.map(moment);
    return parts.length === 2 && start < end && end - start <= LONGEST_S * 1000 ? { text, relative: false, start, end } : null;
  }

  const usual = () => (room() && room().dataset.default) || "1h";
  const get = () => parse(ngf.view.get().range) || parse(usual());

  function set(text, options) {
    ngf.view.set({ range: text === usual() ? "" : text, brush: "" }, options);
  }

  function between(start, end) {
    const from = new Date(Math.floor(start / 1000) * 1000);
    const to = new Date(Math.max(Math.ceil(end / 1000) * 1000, from.getTime() + SHORTEST_MS));
    return `${written(from)}/${written(to)}`;
  }

  function every() {
    let kept = null;
    try { kept = localStorage.getItem("ngf-refresh"); } catch (error) { /* private window */ }
    return EVERY.some(([ms]) => String(ms) === kept) ? Number(kept) : 15000;
  }

  // "13:32 to 14:32 UTC", with the dates where they are not both today's.
  function words({ start, end, relative }) {
    const today = day(new Date(ngf.now()));
    const said = relative ? minute : clock;
    if (day(start) === today && day(end) === today) return `${said(start)} to ${said(end)} UTC`;
    const last = day(start) === day(end) ? said(end) : `${day(end).slice(5)} ${said(end)}`;
    return `${day(start).slice(5)} ${said(start)} to ${last} UTC`;
  }

  function draw() {
    if (!room()) return;
    const now = get();
    const brush = parse(ngf.view.get().brush);
    const ms = every();
    const [, pause] = EVERY.find(([one]) => one === ms);
    const short = room().dataset.short;
    ngf.put("n-range",
      updated ? el("span", { class: "n-updated", title: "When the page was answered last" }, el("span", { class: "only-wide" }, "updated "), el("time", { class: "n-age", datetime: updated, "data-style": "age" }), " ago") : null,
      short ? null : el("div", { class: "seg only-d", role: "group", "aria-label": "Range" }, PRESETS.map(([text, label]) =>
        el("button", { type: "button", "data-range": text, class: now.text === text ? "on" : null, "aria-pressed": String(now.text === text) }, label))),
      el("button", { type: "button", class: "btn btn-secondary", id: "n-range-open", "aria-haspopup": "dialog", "aria-expanded": "false", title: "Range (t)" },
        ngf.icon("calendar3"), el("span", { class: "n-range-words" }, words(brush || now)), ngf.icon("chevron-down")),
      short ? null : el("button", { type: "button", class: "btn btn-secondary", id: "n-refresh", "aria-haspopup": "menu", "aria-label": `Refresh: ${now.relative && ms ? `every ${pause}` : "off"}`, title: "Refresh (r)" },
        ngf.icon("arrow-clockwise"), el("span", {}, now.relative && ms ? pause : "Off")));
  }

  function choose(button) {
    const now = get();
    const field = (label, name, date) => {
      const input = el("input", { type: "datetime-local", class: "form-control", id: `n-range-${name}`, step: "1", value: `${day(date)}T${clock(date)}` });
      return [el("label", { class: "lab", for: `n-range-${name}` }, `${label}, UTC`), input];
    };
    const wrong = el("div", { class: "hint err", role: "alert" });
    const form = el("form", {
      class: "n-range-form",
      onsubmit(event) {
        event.preventDefault();
        const [start, end] = ["from", "to"].map((name) => new Date(`${event.target.querySelector(`#n-range-${name}`).value}Z`));
        if (!(start < end)) { wrong.textContent = "The range must end after it starts."; return; }
        ngf.closeFloat();
        set(between(start, end));
      },
    }, field("From", "from", now.start), field("To", "to", now.end), wrong, el("button", { type: "submit", class: "btn btn-secondary" }, "Show this range"));
    const node = el("div", {}, el("div", { class: "n-list" }, PRESETS.map(([text, label]) =>
      el("button", { type: "button", class: "n-item", "aria-pressed": String(now.text === text), onclick() { ngf.closeFloat(); set(text); } },
        el("span", { class: "grow" }, `Last ${label}`), now.text === text ? ngf.icon("check-lg") : null))), form);
    ngf.float(button, node, { label: "Range", right: true });
  }

  function refresh(button) {
    const keep = (ms) => { try { localStorage.setItem("ngf-refresh", String(ms)); } catch (error) { /* private window */ } };
    const node = el("div", { "data-arrows": "1" },
      el("button", { type: "button", class: "n-item", role: "menuitem", onclick() { ngf.closeFloat(); window.dispatchEvent(new Event("ngf:refresh")); } }, ngf.icon("arrow-clockwise"), "Refresh now"),
      EVERY.map(([ms, label]) => el("button", { type: "button", class: "n-item", role: "menuitemradio", "aria-checked": String(every() === ms), onclick() { keep(ms); ngf.closeFloat(); draw(); } },
        el("span", { class: "grow" }, ms ? `Every ${label}` : label), every() === ms ? ngf.icon("check-lg") : null)),
      get().relative ? null : el("div", { class: "n-none" }, "This range does not move."));
    ngf.float(button, node, { label: "Refresh", role: "menu", right: true });
  }

  document.addEventListener("click", function (event) {
    const preset = event.target.closest && event.target.closest("[data-range]");
    if (preset) set(preset.dataset.range);
    const opener = event.target.closest && event.target.closest("#n-range-open, #n-refresh");
    if (opener) (opener.id === "n-refresh" ? refresh : choose)(opener);
  });

  // What a drag and a double-click do where the page does nothing else with them.
  ngf.zoomed = function ({ start, end }) {
    if (room()) ngf.view.set({ range: between(start, end) }, { state: { zoomed: true } });
  };
  ngf.zoomedBack = function ({ graph }) {
    if (room() && history.state && history.state.zoomed) history.back();
    else ngf.figures.again(graph);
  };
  window.addEventListener("ngf:view", draw);

  function refuse() {
    const view = ngf.view.get();
    const wrong = ["range", "brush"].filter((key) => view[key] && !parse(view[key]));
    if (!room() || !wrong.length) return;
    ngf.toast({ status: "err", title: "Not a range", text: `${wrong.map((key) => `${key}=${view[key]}`).join(" and ")} must be a length such as 15m, 1h or 7d, at most 400d, or two times such as 2026-11-23T08:00Z/2026-11-23T09:00Z. The page shows ${words(get())}.` });
    ngf.view.set(Object.fromEntries(wrong.map((key) => [key, ""])), { replace: true });
  }
  window.addEventListener("ngf:view", () => setTimeout(refuse, 0)); // once every listener knows what was asked

  ngf.keys.add("t", "Range", function () {
    const button = document.getElementById("n-range-open");
    if (!button) return false;
    button.click();
    return true;
  });

  ngf.range = {
    get, set, parse, between, words, draw,
    every: () => (get().relative ? every() : 0),
    answered() { updated = new Date(ngf.now()).toISOString(); draw(); },
    left() { updated = null; },
  };
})(window.ngf = window.ngf || {});
