// On every page, before the first paint: says that scripts work, applies the reader's choice of light or dark, and serves the buttons
// that switch it or copy something. Listens on the document, so that it needs nothing of the page to be there yet.
(() => {
  const root = document.documentElement;
  const THEMES = ["light", "dark"];
  root.classList.add("js");

  // Storage is refused where cookies are blocked; then a choice lasts as long as the page.
  const stored = (name, value) => {
    try {
      return value === undefined ? localStorage.getItem(name) : localStorage.setItem(name, value);
    } catch {
      return null;
    }
  };

  const systemTheme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const theme = () => root.dataset.theme ?? systemTheme();
  if (THEMES.includes(stored("theme"))) root.dataset.theme = stored("theme");

  function switchTheme() {
    const other = THEMES.find((name) => name !== theme());
    root.dataset.theme = other;
    stored("theme", other);
  }

  async function textOf(button) {
    const { copy, copyValue, copyAddress } = button.dataset;
    if (copyAddress !== undefined) return location.href.split(/[?#]/)[0];
    if (copyValue) return document.querySelector(copyValue).value;
    await window.outbox?.settled();
    const response = await fetch(copy || button.href); // A link is copied from where it leads.
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    return response.text();
  }

  async function write(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Without https browsers offer no clipboard; the old way still works.
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("The browser refused.");
  }

  async function copy(button) {
    if (button.said) return; // A second click while it still says what the first one did.
    const label = [...button.childNodes];
    button.said = true;
    try {
      await write(await textOf(button));
      button.textContent = "Copied";
    } catch (error) {
      button.textContent = "Not copied";
      button.title = error.message;
    }
    const said = document.getElementById("said");
    if (said) said.textContent = button.textContent;
    button.focus();
    setTimeout(() => {
      button.replaceChildren(...label);
      button.said = false;
    }, 2000);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-value], [data-copy-address], [data-theme-switch]");
    if (!button) return;
    event.preventDefault();
    if (button.matches("[data-theme-switch]")) switchTheme();
    else copy(button);
  });
})();
