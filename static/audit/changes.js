// What others do: the open page shows it without disturbing what is in hand.
(() => {
  const { answers, outbox, notify } = window;
  const main = document.getElementById("main");
  const GONE = "This audit was deleted, or its link was replaced. What is not saved is kept in this browser.";
  const MOVED = "Somebody moved this audit to another edition. What you typed is kept.";
  let fields = []; // what the server said last: [key, value, revision] each
  let isGone = false;

  async function follow(response) {
    const state = await response.json();
    if (state.edition !== Number(main.dataset.edition)) return move();
    if (answers.isStale(state.revision)) return false;
    fields = fieldsOf(state);
    show();
    showSubject(state);
    const template = Object.assign(document.createElement("template"), { innerHTML: state.html });
    [...template.content.children].forEach(replace);
    return true;
  }

  const fieldsOf = (state) => [
    ...state.answers.map((answer) => [`${answer.item}:verdict`, answer.verdict, answer.verdict_revision]),
    ...state.answers.map((answer) => [`${answer.item}:note`, answer.note, answer.note_revision]),
    ...state.questions.map(({ question, value, revision }) => [`questions:question-${question}`, value, revision]),
  ];

  // What is being changed here stays, with the revision that it was based on; a field that somebody is about to write to stays, too.
  function show() {
    for (const [key, value, revision] of fields) {
      const isHeld = outbox.has(key) || (key.endsWith(":note") && answers.hasFocus(key));
      if (!answers.has(key) || isHeld || revision <= answers.base(key)) continue;
      answers.rebase(key, revision);
      answers.show(key, value);
    }
  }

  // The task and the link to the change, with what nobody would see written out; a field has them as they are, and stays when somebody typed in it.
  function showSubject({ task, url, shown }) {
    document.title = document.title.replace(/.* · /, () => `${shown.task} · `);
    for (const element of document.querySelectorAll(".subject-name, .bar .task")) element.title = element.textContent = shown.task;
    const change = document.getElementById("change");
    change.hidden = !url;
    Object.assign(change.querySelector("a"), { textContent: shown.url, href: url });
    correct("task", task);
    correct("url", url);
  }

  function correct(id, value) {
    const field = document.getElementById(id);
    if (field !== document.activeElement && field.value === field.defaultValue) field.value = field.defaultValue = value;
  }

  // Replaces what the page says around the answers; a link there that has the focus keeps it.
  function replace(part) {
    const { id } = document.activeElement;
    document.getElementById(part.id).replaceWith(part);
    if (id && document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
  }

  function miss(isMissing) {
    if (isMissing !== isGone) notify("gone", ...(isMissing ? [GONE] : []));
    isGone = isMissing;
    show();
  }

  // The new edition has other items: the page is loaded again, and goes on where it was.
  const PLACE = `moved ${location.pathname}`;
  function move() {
    const { id, name, selectionEnd: caret } = document.activeElement;
    const item = document.activeElement.closest("li.item")?.id;
    if (item) history.replaceState(null, "", `#${item}`);
    window.remember(PLACE, JSON.stringify({ id, note: name === "note" && `${item}:note`, caret }), "sessionStorage");
    outbox.leave();
    return false;
  }

  function arrive() {
    const place = window.remember(PLACE, undefined, "sessionStorage");
    if (!place) return;
    window.remember(PLACE, "", "sessionStorage");
    notify("moved", MOVED);
    const { id, note, caret } = JSON.parse(place);
    if (note && answers.has(note)) answers.focus(note);
    else if (id) document.getElementById(id)?.focus();
    if (Number.isInteger(caret)) document.activeElement.setSelectionRange?.(caret, caret);
  }

  document.addEventListener("focusout", () => setTimeout(show));
  addEventListener("DOMContentLoaded", arrive); // when the item that was in hand is unfolded again
  window.changes = { show, look: window.poll(main.dataset.changes, follow, miss) };
})();
