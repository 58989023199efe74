// Suggestions beside the items. What becomes of one is a field like verdict and note, `suggestion`: the outbox keeps, sends and retries it.
(() => {
  const { answers, items, outbox, kept } = window;
  const OUTDATED = "The code was scanned again meanwhile: what you chose for the suggestion before was not saved.";
  const PATIENCE = 3_000; // milliseconds in which the page learns what became of the answer
  const sent = new Map(); // item -> when its suggestion was accepted here
  const said = document.getElementById("said");
  const settled = new Map(); // item -> what became of its suggestion, as far as the server has said
  const keyOf = (item) => `${item.id}:suggestion`;
  const partOf = (item) => item?.querySelector(".suggestion");
  const title = (item) => item.querySelector("h3 a");
  const verdict = (item) => item.querySelector("input[name=verdict]:checked").value;
  const value = (item) => item.querySelector("input[name=suggestion]").value;
  const isLeft = (item) => Boolean(partOf(item)?.matches(":is(.found, .changed)[data-state=open]"));
  const findingOf = (text) => text.split(":")[1];

  // What was accepted counts as long as the answer is the suggested one; until the server has it, it is on its way there.
  function state(item) {
    const verb = value(item).split(":")[0];
    if (verb === "dismiss") return "dismissed";
    const isNew = Date.now() - (sent.get(item) ?? -Infinity) < PATIENCE;
    const isThere = isNew || outbox.has(keyOf(item)) || verdict(item) === partOf(item).dataset.suggests;
    return verb === "accept" && isThere ? "accepted" : "open";
  }

  function show() {
    document.querySelectorAll("li.item:has(.suggestion)").forEach((item) => {
      const part = partOf(item);
      const found = state(item);
      if (part.dataset.state === found) return;
      const hadFocus = part.contains(document.activeElement);
      part.dataset.state = found;
      if (hadFocus && !document.activeElement.offsetParent) title(item).focus({ preventScroll: true });
    });
    items.apply();
    remind();
  }

  // At the top, the answers whose code has changed, as long as nobody decided about them.
  function remind() {
    const lines = [...document.querySelectorAll(".outdated li")];
    const itemOf = (line) => document.getElementById(line.querySelector("a").hash.slice(1));
    lines.forEach((line) => (line.hidden = !isLeft(itemOf(line))));
    const reminder = document.querySelector(".outdated");
    if (reminder) reminder.hidden = lines.every((line) => line.hidden);
  }

  function decide(item, button) {
    if (!button) return;
    const key = keyOf(item);
    if (!outbox.has(key)) settled.set(item, value(item));
    sent.set(item, Date.now());
    setTimeout(show, PATIENCE + 100);
    answers.commit(); // The note that is being typed comes first: the evidence goes below it.
    answers.rebase(key, answers.base(`${item.id}:verdict`));
    answers.show(key, button.value);
    outbox.put(key, button.value);
    show();
    const dismissed = partOf(item).querySelector(".became.dismissed").textContent;
    const words = { accept: `Accepted: ${partOf(item).dataset.suggests}`, dismiss: dismissed, open: "Suggestion shown again" };
    said.textContent = words[button.value.split(":")[0]];
  }

  // A choice about a finding that this page does not show: made before the code was scanned again, or in a tab that is newer.
  const isForeign = (key) => {
    const item = key.endsWith(":suggestion") && answers.itemOf(key);
    const { sent: first, next } = (item && kept.peek(key)) || {};
    const wanted = (next ?? first)?.value;
    return Boolean(wanted) && (!partOf(item) || findingOf(wanted) !== findingOf(value(item)));
  };
  const { has } = answers;
  answers.has = (key) => has(key) && !isForeign(key); // The outbox takes over nothing that is kept for a field which is not here.

  function say(item, text) {
    window.conflict.tell(item, []);
    item.querySelector(".problem").append(text);
  }

  // What the server does not take any more is not kept: trying it again would never end, and there is nothing to choose from.
  function refuse(key, { reason }) {
    const item = answers.itemOf(key);
    kept.drop(key);
    sent.delete(item);
    answers.show(key, settled.get(item));
    item.querySelector(".problem").append(reason || OUTDATED);
  }

  // Beside the item: a choice that was refused is gone with its reason, one that collides is told in words.
  const { tell } = window.conflict;
  window.conflict.tell = (item, keys) => {
    const key = keys.find((each) => each === keyOf(item));
    const refused = key && outbox.entry(key).refused;
    const isGone = refused?.code === 400;
    tell(item, isGone ? keys.filter((each) => each !== key) : keys);
    if (isGone) return refuse(key, refused);
    const mine = key && item.querySelector(`[data-key="${key}"] .mine`);
    if (mine) mine.textContent = partOf(item).querySelector(".suggests").textContent;
  };

  function discard() {
    for (const key of kept.keys().filter(isForeign)) {
      kept.drop(key);
      window.notify(key);
      say(answers.itemOf(key), OUTDATED);
    }
  }

  document.querySelectorAll("li.item:has(.suggestion)").forEach((item) => settled.set(item, value(item)));
  addEventListener("DOMContentLoaded", discard);

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".suggestion button");
    if (!button) return;
    event.preventDefault();
    decide(button.closest("li.item"), button);
  });

  // y, x and u, under the same conditions as the other single keys.
  const ACTIONS = { y: () => choose("button.accept"), x: () => choose("button.dismiss"), u: next };
  const dialog = document.getElementById("keys");
  const types = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  document.addEventListener("keydown", (event) => {
    const action = ACTIONS[event.key.toLowerCase()];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (types(event.target) || dialog.open || !dialog.querySelector("input").checked) return;
    event.preventDefault();
    action();
  });

  function choose(wanted) {
    const item = items.current;
    if (!partOf(item)) return;
    if (!item.classList.contains("current") || !item.contains(document.activeElement)) items.hold(item);
    if (partOf(item).dataset.state === "open") decide(item, item.querySelector(wanted));
  }

  // The next suggestion to decide, from the item in hand round to it again. The item that the page came with unfolded is in nobody's hand.
  function next() {
    const shown = [...document.querySelectorAll("li.item:not([hidden])")];
    const start = Math.max(0, shown.indexOf(items.current) + (items.current?.contains(document.activeElement) ? 1 : 0));
    const found = shown.slice(start).find(isLeft) ?? shown.find(isLeft);
    if (found) items.hold(found);
    else said.textContent = "Nothing in sight has a suggestion to decide";
  }

  // From a line of the source, or from the reminder, to its item, also when the address says so already.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".source a.to, .outdated a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    items.hold(document.getElementById(link.hash.slice(1)));
  });

  items.tests.suggestion = isLeft;
  document.addEventListener("answered", show);
  document.addEventListener("change", ({ target }) => {
    if (target.name !== "verdict") return;
    sent.delete(target.closest("li.item")); // The reviewer decided otherwise.
    show();
  });
  show();
})();
