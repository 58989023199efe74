// On every page, before the first paint: says that scripts work, applies the reader's choice of light or dark, and serves the button
// that switches it. Listens on the document, so that it needs nothing of the page to be there yet.
(() => {
  const root = document.documentElement;
  const THEMES = ["light", "dark"];
  root.classList.add("js");

  // Storage is refused where cookies are blocked; then a choice lasts as long as the page.
  window.remember = (name, value, storage = "localStorage") => {
    try {
      return value === undefined ? window[storage].getItem(name) : window[storage].setItem(name, value);
    } catch {
      return null;
    }
  };

  const systemTheme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = () => root.dataset.theme ?? systemTheme();
  if (THEMES.includes(window.remember("theme"))) root.dataset.theme = window.remember("theme");

  function switchTheme() {
    const other = THEMES.find((name) => name !== theme());
    root.dataset.theme = other;
    window.remember("theme", other);
  }

  document.addEventListener("click", (event) => event.target.closest("[data-theme-switch]") && switchTheme());
})();
