// The sign-in page's theme button; the page works without it.
(function () {
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const button = document.getElementById("theme");
  const show = () => { button.querySelector("span").textContent = `Theme: ${ngfTheme.get()}`; };
  button.addEventListener("click", () => { ngfTheme.set(NEXT[ngfTheme.get()]); show(); });
  show();
  button.hidden = false;
})();
