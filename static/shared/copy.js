// Buttons and links that copy: an export or a review comment from where it lies, the value of a field, or the address of the page.
(() => {
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
    const button = event.target.closest("[data-copy], [data-copy-value], [data-copy-address]");
    if (!button) return;
    event.preventDefault();
    copy(button);
  });
})();
