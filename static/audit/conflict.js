// What is said beside an item: why a value was refused, and the choice between two values when somebody else changed the field.
(() => {
  const { fieldOf } = window.answers;

  function refusal(key, { code, reason }) {
    const part = document.createElement("div");
    part.textContent = reason || `The server refused this (${code}). What you chose is kept in this browser. `;
    if (!reason) part.append(Object.assign(document.createElement("button"), { type: "button", className: "button", value: "mine", textContent: "Try again" }));
    return part;
  }

  // Somebody else changed the field: both values are shown, and the person chooses.
  function choice(key, theirs) {
    const part = document.getElementById("conflict").content.firstElementChild.cloneNode(true);
    const words = { who: theirs.by || "Somebody", "field-name": fieldOf(key).startsWith("question-") ? "answer" : fieldOf(key), theirs: theirs.shown || theirs.value || "(empty)" };
    for (const [name, text] of Object.entries(words)) part.querySelector(`.${name}`).textContent = text;
    return part;
  }

  // A part that is still true stays in its place, so that a button in it keeps the focus.
  function partOf(key, box) {
    const { next, refused, conflict } = window.outbox.entry(key);
    const state = JSON.stringify([key, refused, conflict]);
    const part = [...box.children].find((part) => part.dataset.state === state) ?? (conflict ? choice(key, conflict) : refusal(key, refused));
    Object.assign(part.dataset, { key, state });
    const mine = part.querySelector(".mine");
    if (mine && mine.textContent !== (next.value || "(empty)")) mine.textContent = next.value || "(empty)";
    return part;
  }

  window.conflict = {
    tell(item, keys) {
      const box = item.querySelector(".problem");
      const parts = keys.map((key) => partOf(key, box));
      [...box.childNodes].filter((node) => !parts.includes(node)).forEach((node) => node.remove());
      box.append(...parts.filter((part) => !part.isConnected));
    },
  };

  document.addEventListener("click", ({ target }) => {
    const key = target.matches("button") && target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    window.outbox.decide(key, target.value);
    window.answers.focus(key);
  });
})();
