// The answers as the page shows them, and what a person does to them. A field is named by its key, "item:field", such as "backoff:note"
// or "questions:question-redis".
(() => {
  const PAUSE = 700; // milliseconds without typing until a note is sent
  const typing = new Map(); // key of a note -> timer that sends it when typing pauses
  let due;

  const itemOf = (key) => document.getElementById(key.split(":")[0]);
  const fieldOf = (key) => key.split(":")[1];
  const elements = (key) => itemOf(key)?.querySelector("form")?.elements;
  const control = (key) => elements(key)?.[fieldOf(key)];
  const base = (key) => elements(key)[`base-${fieldOf(key)}`];
  const keyOf = (element) => `${element.closest("li.item, #questions").id}:${element.name}`;

  // Whoever counts answers counts again, once for all that changed together.
  function announce() {
    clearTimeout(due);
    due = setTimeout(() => document.dispatchEvent(new Event("answered")));
  }

  function commit(key) {
    if (!typing.has(key)) return;
    clearTimeout(typing.get(key));
    typing.delete(key);
    window.outbox.put(key, control(key).value);
  }

  // The revision of the audit that the page shows. Answers of the server can overtake each other; an older one must not replace a newer.
  let newest = 0;
  function isStale(revision) {
    if (revision < newest) return true;
    newest = revision;
    return false;
  }

  window.answers = {
    isStale,
    itemOf,
    fieldOf,
    has: (key) => Boolean(control(key) && base(key)),
    isTyped: (key) => typing.has(key),
    hasFocus: (key) => document.activeElement === control(key),

    // The revision of a field that the page shows.
    base: (key) => Number(base(key).value),
    rebase: (key, revision) => (base(key).value = revision),

    // Writes only what differs: the caret in a note stays where it is.
    show(key, value) {
      if (control(key).value === value) return;
      control(key).value = value;
      announce();
    },
    focus(key) {
      const field = control(key);
      const element = field instanceof RadioNodeList ? [...field].find((radio) => radio.checked) : field;
      if (!element.offsetParent) window.items.hold(itemOf(key));
      element.focus();
    },
    commit: () => [...typing.keys()].forEach(commit),
  };

  for (const link of document.querySelectorAll("a.comment")) link.setAttribute("href", `${link.closest("form").getAttribute("action")}comment.md`);

  document.addEventListener("change", ({ target }) => {
    if (!target.closest("li.item, #questions")) return;
    if (target.name === "note") commit(keyOf(target));
    else window.outbox.put(keyOf(target), target.value);
  });
  document.addEventListener("input", ({ target }) => {
    if (target.name !== "note") return;
    const key = keyOf(target);
    clearTimeout(typing.get(key));
    typing.set(key, setTimeout(commit, PAUSE, key));
    window.outbox.put(key, target.value); // Kept at once, sent when typing pauses.
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("li.item > form, #questions form")) event.preventDefault();
  });
})();
