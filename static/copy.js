// Buttons that copy: an export, a field, or the address of this page. Hidden unless scripts run.
(() => {
  async function textOf(button) {
    const { copy, copyValue, copyAddress } = button.dataset;
    if (copyAddress !== undefined) return location.href.split("#")[0];
    if (copyValue) return document.querySelector(copyValue).value;
    await window.outbox?.settled();
    const response = await fetch(copy);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return response.text();
  }

  async function write(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Without https browsers offer no clipboard; the old way still works.
    const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("the browser refused");
  }

  async function copy(button) {
    const label = (button.dataset.label ??= button.textContent);
    try {
      await write(await textOf(button));
      button.textContent = "Copied";
    } catch (error) {
      button.textContent = "Could not copy";
      button.title = error.message;
    }
    setTimeout(() => (button.textContent = label), 2000);
  }

  for (const button of document.querySelectorAll("[data-copy], [data-copy-value], [data-copy-address]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
})();
