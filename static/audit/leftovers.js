// What was kept for an item that the edition of the audit does not have: shown, until it is discarded.
(() => {
  function show(key) {
    const { sent, next } = window.kept.peek(key);
    const [item, field] = key.split(":");
    const discard = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Discard" });
    discard.addEventListener("click", () => {
      window.kept.drop(key);
      window.notify(key);
    });
    window.notify(key, `${item} is not in this edition. Your ${field} for it was not saved: “${(next ?? sent).value}” `, discard);
  }

  window.kept.keys().filter((key) => !window.answers.has(key)).forEach(show);
})();
