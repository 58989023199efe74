// The outbox: sends what is kept until the server has acknowledged it, and says truthfully what is saved. It decides what is sent and
// when; `deliver` lets htmx send it. One request is in flight per item. Of a field at most one change is on its way whose fate is unknown: a value that
// the server has already is acknowledged without being written, and so would not outdate an older request that is late. Only when that
// one is settled does the newest take its place, based on it.
(() => {
  const { entries, keep, drop, refresh } = window.kept;
  const { answers } = window;
  const { itemOf, fieldOf } = answers;
  const status = document.getElementById("saving");
  const FRESH = 10_000; // milliseconds in which a click counts as knowing what it overwrites
  const CAP = 30; // seconds between two tries at most, unless the server asks for more
  const LONGEST = 2 ** 31 - 1; // milliseconds that a timer can wait
  const flying = new Set(); // items with a request in flight
  const own = new Set(); // changes that this browser sent
  let failures = 0; // rounds in a row that did not reach the server
  let retry = 0; // the timer of the next round; while it runs, what is chosen waits for it
  let resting = 0; // until when the server asked to be left alone
  let isLeaving = false;

  const keysOf = (item) => [...entries.keys()].filter((key) => itemOf(key) === item);
  const isStuck = ({ refused, conflict }) => Boolean(refused || conflict);
  const isDue = (key) => !isStuck(entries.get(key)) && (entries.get(key).sent || !answers.isTyped(key));
  const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

  function put(key, value) {
    refresh(key);
    const { sent, next, refused, conflict } = entries.get(key) ?? {};
    const base = (next ?? sent)?.base ?? answers.base(key);
    const change = { value, base, change: newId(), at: Date.now() };
    // Who goes on typing beside a question to decide still has to decide.
    keep(key, { sent, next: change, conflict: fieldOf(key) === "note" ? conflict : undefined });
    if (refused || (conflict && !answers.isTyped(key))) tell(itemOf(key));
    if (!retry) send(itemOf(key));
    show();
  }

  async function send(item) {
    keysOf(item).forEach(adopt);
    const key = keysOf(item).find(isDue);
    if (flying.has(item) || !key) return;
    const { sent, next } = entries.get(key);
    const change = sent ?? next;
    if (!sent) keep(key, { sent: change });
    own.add(change.change);
    flying.add(item);
    const { value, base, change: id } = change;
    const answer = await window.deliver(item, { [fieldOf(key)]: value, base, change: id, by: window.reviewer.name });
    flying.delete(item);
    settle(key, change, answer);
    show();
  }

  function settle(key, change, { code, after, text, saved, isOurs }) {
    refresh(key);
    const current = code === 409 && stored(text);
    const isLost = code < 400 ? !isOurs : code >= 500 || [408, 429].includes(code) || (code === 409 && !current);
    // A network that wants a login answers in the name of every server: what it says acknowledges nothing.
    if (isLost) return later(after);
    failures = 0;
    const entry = entries.get(key);
    const isWaiting = entry?.sent?.change === change.change;
    if (code < 400) acknowledge(key, isWaiting && entry, change, saved);
    else if (isWaiting && entry.next) keep(key, { ...entry, sent: undefined });
    else if (isWaiting && current) collide(key, change, current);
    else if (isWaiting) refuse(key, change, code, text);
    resend();
  }

  // What the server has, from its answer 409.
  function stored(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function acknowledge(key, entry, change, saved) {
    const [revision, last] = saved?.[fieldOf(key)] ?? [];
    const isLast = last === change.change;
    if (entry && !entry.next) drop(key);
    // What waits was chosen by somebody who had this change in view, but no later one.
    else if (entry) keep(key, { ...entry, sent: undefined, next: isLast ? { ...entry.next, base: revision } : entry.next });
    // Nothing was written, because it was there or something newer is: that is shown.
    answers.rebase(key, isLast ? revision : Math.max(0, revision - 1));
    window.changes.show();
    // A question answered items, too.
    if (!isLast || itemOf(key).id === "questions") window.changes.look();
    window.itemHistory.show(itemOf(key));
  }

  function collide(key, change, current) {
    // Only of a verdict or a question: typing takes longer than that, and whoever accepts a suggestion looks at it, not at the answer.
    const isFresh = /^[vq]/.test(fieldOf(key)) && Date.now() - change.at < FRESH;
    if (own.has(current.change) || isFresh) keep(key, { next: { ...change, base: current.revision } });
    else stop(key, { next: change, conflict: current });
  }

  function refuse(key, change, code, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const reason = code === 400 && page.querySelector(".problem")?.textContent.trim();
    stop(key, { next: change, refused: { code, reason } });
    if ([404, 410].includes(code)) window.changes.look();
  }

  function stop(key, entry) {
    keep(key, entry);
    tell(itemOf(key));
  }

  function later(after = 0) {
    resting = Math.max(resting, Date.now() + 1000 * after);
    if (retry && !after) return; // Several requests of one round failed.
    if (!retry) failures += 1;
    clearTimeout(retry);
    const pause = 1000 * Math.min(CAP, 2 ** failures) * (0.5 + Math.random() / 2);
    retry = setTimeout(resend, Math.min(LONGEST, Math.max(resting - Date.now(), pause)));
  }

  // After a failure one item goes ahead; when it arrives, the others follow.
  function resend() {
    clearTimeout(retry);
    retry = 0;
    const items = [...new Set([...entries.keys()].filter(isDue).map(itemOf))];
    items.slice(0, failures ? 1 : undefined).forEach(send);
    show();
  }

  function show() {
    const stuck = [...entries.values()].filter(isStuck).length;
    const waiting = entries.size - stuck;
    const words = [];
    if (failures && waiting) words.push(`${waiting} change${waiting === 1 ? "" : "s"} waiting, trying again`);
    if (stuck) words.push("see the marked item");
    const text = words.length ? `Not saved: ${words.join("; ")}` : waiting ? "Saving…" : "All changes saved";
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("failing", words.length > 0);
  }

  const tell = (item) => window.conflict.tell(item, keysOf(item).filter((key) => isStuck(entries.get(key))));

  // Shows what another tab, or this browser before a restart, did to an entry. What is being typed here stays.
  function adopt(key) {
    if (!answers.has(key) || answers.isTyped(key) || !refresh(key)) return;
    const { sent, next } = entries.get(key) ?? {};
    if (sent) own.add(sent.change);
    if (sent || next) answers.show(key, (next ?? sent).value);
    else {
      answers.rebase(key, 0);
      window.changes.look();
    }
    tell(itemOf(key));
  }

  addEventListener("online", () => Date.now() >= resting && resend());
  addEventListener("pagehide", answers.commit);
  addEventListener("beforeunload", (event) => {
    answers.commit();
    if (entries.size && !(isLeaving && window.kept.isSafe())) event.preventDefault();
  });
  addEventListener("DOMContentLoaded", () => {
    window.kept.keys().forEach(adopt);
    resend();
  });

  window.outbox = {
    put,
    has: (key) => entries.has(key),
    entry: (key) => entries.get(key),

    // Another tab sends what it keeps, unless it is closed meanwhile.
    follow(key) {
      adopt(key);
      setTimeout(() => retry || resend(), FRESH / 2);
      show();
    },

    // The person chose between two values, or to try again what was refused.
    decide(key, choice) {
      const { next, conflict } = entries.get(key);
      if (choice === "theirs") {
        drop(key);
        answers.rebase(key, conflict.revision);
        answers.show(key, conflict.value);
        window.changes.look(); // It may be older than what is there.
      } else {
        keep(key, { next: conflict ? { ...next, base: conflict.revision } : next });
        if (!retry) send(itemOf(key));
      }
      tell(itemOf(key));
      show();
    },

    // Everything is kept: the page may be loaded again without a question.
    leave() {
      answers.commit();
      isLeaving = true;
      location.reload();
    },

    // For scripts that must see everything saved first, such as copying the export.
    async settled() {
      answers.commit();
      for (let tries = 0; [...entries.keys()].some(isDue) && tries < 100; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
})();
