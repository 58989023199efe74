// The outbox: keeps every click and note until the server has acknowledged it, also over a reload or a restart of the browser, and
// says truthfully what is saved. It decides what is sent and when; htmx sends. One request in flight per item, newest value only.
(() => {
  const main = document.getElementById("main");
  const status = document.getElementById("saving");
  const notice = document.getElementById("notice");
  const name = document.getElementById("by");
  const KEPT = `outbox ${location.pathname} `;
  const PAUSE = 700; // milliseconds without typing until a note is saved
  const FRESH = 10_000; // milliseconds in which a click counts as knowing what it overwrites
  const CAP = 30; // seconds between two tries at most, unless the server asks for more
  const LONGEST = 2 ** 31 - 1; // milliseconds that a timer can wait
  const POLL = 4_000; // milliseconds between two looks at what others did
  const flying = new Set(); // items with a request in flight
  const typing = new Map(); // note -> timer that saves it when typing pauses
  let failures = 0; // rounds in a row that did not reach the server
  let retry = 0; // the timer of the next round; while it runs, what is chosen waits for it
  let resting = 0; // until when the server asked to be left alone
  let newest = 0; // the revision of the audit that the page shows
  let isLeaving = false;

  // --- What is kept: "item:field" -> {value, base, before, change, at, isSent?, refused?, conflict?}. All tabs of this browser share it.
  const entries = new Map();

  // Reads without a value, removes with `null`. Without storage, or when it is full, what waits lives as long as the page.
  function stored(key, value) {
    try {
      if (value) localStorage.setItem(KEPT + key, JSON.stringify(value));
      else if (value === null) localStorage.removeItem(KEPT + key);
      return JSON.parse(localStorage.getItem(KEPT + key));
    } catch {
      return null;
    }
  }

  function keep(key, entry) {
    entries.set(key, { ...entry, isKept: stored(key, entry)?.change === entry.change });
  }

  function drop(key) {
    if (stored(key)?.change === entries.get(key).change) stored(key, null);
    entries.delete(key);
  }

  // Another tab may have sent what waits here, or replaced it. What is being typed here stays.
  function adopt(key) {
    const item = itemOf(key);
    const [kept, entry] = [stored(key), entries.get(key)];
    if (!item || kept?.change === entry?.change || isTyped(key)) return;
    if (kept) {
      keep(key, kept);
      showValue(item, fieldOf(key), kept.value);
    } else if (entry.isKept) {
      entries.delete(key);
      look();
    }
    tell(item);
  }

  const itemOf = (key) => document.getElementById(key.split(":")[0]);
  const fieldOf = (key) => key.split(":")[1];
  const around = (element) => element.closest("li.item, #questions");
  const noteOf = (item) => item.querySelector("textarea");
  const fields = (item) => [...entries.keys()].filter((key) => key.startsWith(`${item.id}:`));
  const isStuck = ({ refused, conflict }) => Boolean(refused || conflict);
  const sendable = (key) => !isStuck(entries.get(key));
  const isTyped = (key) => fieldOf(key) === "note" && typing.has(noteOf(itemOf(key)));
  const base = (item, field) => item.querySelector(`input[name=base-${field}]`);
  const problem = (item) => item.querySelector(".problem");

  function put(item, field, value) {
    const key = `${item.id}:${field}`;
    const earlier = entries.get(key);
    // What was chosen here before and sent may have arrived unacknowledged: this one knows it.
    const before = [...(earlier?.before ?? []), ...(earlier?.isSent ? [earlier.change] : [])];
    const change = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const entry = { value, base: Number(base(item, field)?.value ?? 0), before, change, at: Date.now() };
    // Who goes on typing beside a question to decide still has to decide.
    const conflict = field === "note" ? earlier?.conflict : undefined;
    keep(key, { ...entry, conflict });
    if (earlier?.refused || (earlier?.conflict && !isTyped(key))) tell(item);
    if (!retry) send(item);
    show();
  }

  // --- Sending
  async function send(item) {
    fields(item).forEach(adopt);
    const key = fields(item).find((key) => sendable(key) && !isTyped(key));
    if (flying.has(item) || !key) return;
    keep(key, { ...entries.get(key), isSent: true });
    const entry = entries.get(key);
    flying.add(item);
    const values = { [fieldOf(key)]: entry.value, base: entry.base, change: entry.change, by: name.value };
    const answer = await post(item, values);
    flying.delete(item);
    settle(item, key, entry, answer);
    show();
  }

  function settle(item, key, entry, { code, after, text, saved, isOurs }) {
    const waiting = entries.get(key);
    const isNewest = waiting?.change === entry.change;
    // A network that wants a login answers in the name of every server: what it says acknowledges nothing.
    if (code < 400 ? !isOurs : code >= 500 || [408, 429].includes(code)) return later(after);
    failures = 0;
    if (code < 400) acknowledge(item, key, entry, saved);
    else if (code === 409 && waiting) collide(key, waiting, JSON.parse(text), isNewest);
    else if (isNewest) refuse(key, entry, code, text);
    resend();
  }

  function acknowledge(item, key, entry, saved) {
    const [revision, change] = saved?.[fieldOf(key)] ?? [];
    const waiting = entries.get(key);
    if (change === entry.change) {
      base(item, fieldOf(key)).value = revision;
      // What waits was chosen by somebody who had this change in view.
      if (waiting && waiting.change !== change) keep(key, { ...waiting, base: revision });
    }
    if (waiting?.change === entry.change) drop(key);
    // Nothing was written, because it was there or something newer is; or a question answered items.
    if (change !== entry.change) look();
    showAnswers();
    showHistory(item.querySelector("details.history"));
  }

  function collide(key, waiting, current, isNewest) {
    const isOwn = waiting.before.includes(current.change);
    const isFresh = fieldOf(key) === "verdict" && Date.now() - waiting.at < FRESH;
    if (isOwn || isFresh) keep(key, { ...waiting, base: current.revision });
    else if (isNewest) stop(key, { ...waiting, conflict: current });
  }

  function refuse(key, entry, code, text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const reason = code === 400 && page.querySelector(".problem")?.textContent.trim();
    stop(key, { ...entry, refused: { code, reason } });
  }

  function stop(key, entry) {
    keep(key, entry);
    tell(itemOf(key));
  }

  async function post(item, values) {
    const form = item.querySelector("form");
    const answer = { code: 0, text: "" };
    // htmx would add every field of the item, and so overwrite what a colleague wrote into the others.
    const body = new URLSearchParams(values);
    // Browsers refuse more than 64 kB that may outlive the page.
    const keepalive = body.toString().length < 8_000 && flying.size < 7;
    const watched = async (action, request) => {
      const response = await fetch(action, { ...request, body, keepalive });
      const { status, headers } = response;
      if (!response.ok) answer.text = await response.text();
      answer.saved = JSON.parse(headers.get("Walkaround-Answer"));
      answer.after = seconds(headers.get("Retry-After"));
      answer.isOurs = headers.has("Walkaround-Revision");
      answer.code = status;
      return !answer.isOurs || isStale(headers) ? new Response(null) : response;
    };
    try {
      await htmx.ajax("POST", form.getAttribute("action"), { source: item, swap: "none", fetch: watched });
    } catch {
      // What did not arrive is sent again.
    }
    return answer;
  }

  // `Retry-After` is a number of seconds or a date.
  const seconds = (after) => Number(after) || Math.max(0, (Date.parse(after) - Date.now()) / 1000) || 0;

  // Answers can overtake each other; counts of an older state of the audit must not replace newer ones.
  function isStale(headers) {
    const revision = Number(headers.get("Walkaround-Revision"));
    if (revision < newest) return true;
    newest = revision;
    return false;
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
    const items = [...new Set([...entries.keys()].filter(sendable).map(itemOf))];
    items.slice(0, failures ? 1 : undefined).forEach(send);
    show();
  }

  const hurry = () => Date.now() >= resting && resend();

  // --- What the page says
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

  // Beside an item: what was refused and why, and what the person must choose between.
  function tell(item) {
    const stuck = fields(item).filter((key) => !sendable(key));
    problem(item).replaceChildren(...stuck.map((key) => (entries.get(key).conflict ? choice(key) : refusal(key))));
  }

  function refusal(key) {
    const { code, reason } = entries.get(key).refused;
    const part = document.createElement("div");
    part.textContent = reason || `The server refused this (${code}). What you chose is kept in this browser. `;
    if (!reason) part.append(Object.assign(document.createElement("button"), { type: "button", className: "button", value: "again", textContent: "Try again" }));
    part.dataset.key = key;
    return part;
  }

  // Somebody else changed the field: both values are shown, and the person chooses.
  function choice(key) {
    const { conflict: theirs, value: mine } = entries.get(key);
    const part = document.getElementById("conflict").content.firstElementChild.cloneNode(true);
    part.querySelector(".who").textContent = theirs.by || "Somebody";
    part.querySelector(".field-name").textContent = fieldOf(key);
    part.querySelector(".theirs").textContent = theirs.value || "(empty)";
    part.querySelector(".mine").textContent = mine || "(empty)";
    part.dataset.key = key;
    return part;
  }

  main.addEventListener("click", ({ target }) => {
    const key = target.matches("button") && target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    const [item, field, { conflict, value }] = [itemOf(key), fieldOf(key), entries.get(key)];
    if (conflict) base(item, field).value = conflict.revision;
    drop(key);
    tell(item);
    showValue(item, field, target.value === "theirs" ? conflict.value : value);
    (field === "note" ? noteOf(item) : item.querySelector(`input[name="${field}"]:checked`)).focus();
    if (target.value !== "theirs") put(item, field, value);
    showAnswers();
    show();
  });

  function showValue(item, field, value) {
    if (field === "note") noteOf(item).value = value;
    else item.querySelector(`input[name="${field}"][value="${value}"]`).checked = true;
  }

  function notify(...parts) {
    notice.replaceChildren(...parts);
    notice.hidden = !parts.length;
  }

  // --- What the person does
  function saveNote(note) {
    if (!typing.has(note)) return;
    clearTimeout(typing.get(note));
    typing.delete(note);
    put(around(note), "note", note.value);
  }
  const saveNotes = () => [...typing.keys()].forEach(saveNote);

  main.addEventListener("change", ({ target }) => {
    if (target.name === "verdict") put(around(target), "verdict", target.value);
    if (target.name === "note") saveNote(target);
  });
  document.getElementById("questions")?.addEventListener("change", ({ target }) => put(around(target), target.name, target.value));
  main.addEventListener("input", ({ target: note }) => {
    if (note.name !== "note") return;
    clearTimeout(typing.get(note));
    typing.set(note, setTimeout(saveNote, PAUSE, note));
    put(around(note), "note", note.value); // Kept at once, sent when typing pauses.
  });
  main.addEventListener("submit", (event) => {
    const form = event.target.closest("form.undo");
    if (!form && event.target.closest(".history")) return; // Erasing is a form of its own.
    event.preventDefault();
    if (!form) return;
    const [field, value] = [...new FormData(form)].find(([key]) => ["verdict", "note"].includes(key));
    showValue(around(form), field, value);
    put(around(form), field, value);
  });
  // The history of an item is read when it is opened, and again when something of it was saved.
  async function showHistory(details) {
    if (!details?.open) return;
    const entries = details.querySelector(".entries");
    details.dataset.address ??= entries.querySelector("a").getAttribute("href");
    await htmx.ajax("GET", details.dataset.address, { target: entries });
    // Its addresses are relative to its own.
    const address = new URL(details.dataset.address, location.href);
    for (const form of entries.querySelectorAll("form")) form.action = new URL(form.getAttribute("action"), address).href;
  }
  main.addEventListener("toggle", ({ target }) => showHistory(target.closest("details.history")), true);
  addEventListener("online", hurry);
  addEventListener("pagehide", saveNotes);
  addEventListener("beforeunload", (event) => {
    saveNotes();
    if (entries.size && !isLeaving) event.preventDefault();
  });
  addEventListener("storage", ({ key }) => {
    if (!key?.startsWith(KEPT)) return;
    adopt(key.slice(KEPT.length));
    // The other tab sends it, unless it is closed meanwhile.
    setTimeout(() => retry || resend(), FRESH / 2);
    show();
  });

  const remember = (key, value) => {
    try {
      return value === undefined ? localStorage.getItem(key) : localStorage.setItem(key, value);
    } catch {
      return null;
    }
  };
  name.value = remember("by") ?? "";
  name.addEventListener("change", () => remember("by", name.value));

  // --- What others do
  let etag = "";
  let answers = [];
  let misses = 0;
  let isGone = false;
  let timer;
  async function look() {
    clearTimeout(timer);
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const response = await fetch(main.dataset.changes, { headers, signal: AbortSignal.timeout(15_000) });
      if (response.status === 200) showChanges(await response.json(), response.headers.get("ETag"));
      heed(response.status);
    } catch {
      misses += 1; // Without a network there is nothing new to show.
    }
    clearTimeout(timer);
    const pause = Math.min(1000 * CAP, POLL * 2 ** misses) * (0.75 + Math.random() / 4);
    if (!document.hidden) timer = setTimeout(look, pause);
  }

  function heed(code) {
    const isMissing = [404, 410].includes(code);
    if (isMissing) notify("This audit was deleted, or its link was replaced. What you typed and is not saved is kept in this browser.");
    else if (isGone) notify();
    isGone = isMissing;
    misses = code < 400 ? 0 : misses + 1;
  }

  function showChanges({ revision, edition, answers: current, html }, tag) {
    if (revision < newest) return;
    if (edition !== Number(main.dataset.edition)) return move();
    newest = revision;
    etag = tag;
    answers = current;
    showAnswers();
    const template = Object.assign(document.createElement("template"), { innerHTML: html });
    [...template.content.children].forEach(replace);
  }

  // Replaces what the page says around the answers; a link there that has the focus keeps it.
  function replace(part) {
    const old = document.getElementById(part.id);
    const href = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    old.replaceWith(part);
    if (href) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === href)?.focus();
  }

  const showAnswers = () => answers.forEach(showAnswer);

  function showAnswer(answer) {
    const item = document.getElementById(answer.item);
    if (!item) return; // Its answer stays in the history.
    for (const field of ["verdict", "note"]) {
      const note = field === "note" && noteOf(item);
      const revision = answer[`${field}_revision`];
      // What is being changed here stays, with the revision that it was based on.
      if (revision < base(item, field).value || entries.has(`${item.id}:${field}`)) continue;
      if (note && note === document.activeElement && note.value !== answer.note) continue;
      base(item, field).value = revision;
      showValue(item, field, answer[field]);
    }
  }

  // The new edition has other items: the page is loaded again, and goes on where it was.
  const MOVED = `moved ${location.pathname}`;
  function move() {
    saveNotes();
    const focus = document.activeElement;
    const item = focus.closest("li.item");
    if (item) history.replaceState(null, "", `#${item.id}`);
    sessionStorage.setItem(MOVED, JSON.stringify({ id: focus.id, caret: focus.selectionEnd }));
    isLeaving = true;
    location.reload();
  }

  function arrive() {
    const { id, caret } = JSON.parse(sessionStorage.getItem(MOVED)) ?? {};
    if (id === undefined) return;
    sessionStorage.removeItem(MOVED);
    notice.hidden = false;
    notice.prepend("Somebody moved this audit to another edition. What you typed is kept. ");
    const focus = id && document.getElementById(id);
    if (!focus) return;
    focus.focus();
    if (caret !== undefined && caret !== null) focus.setSelectionRange(caret, caret);
  }

  document.addEventListener("focusout", () => setTimeout(showAnswers));
  addEventListener("pageshow", (event) => event.persisted && look());
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));

  // --- What was kept from before
  function leftover(key, { value }) {
    const part = document.createElement("p");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Discard" });
    part.append(`${key.split(":")[0]} is not in this edition. Your ${fieldOf(key)} for it was not saved: “${value}” `, button);
    button.addEventListener("click", () => {
      stored(key, null);
      part.remove();
      notice.hidden = !notice.hasChildNodes();
    });
    return part;
  }

  function keptKeys() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(KEPT)).map((key) => key.slice(KEPT.length));
    } catch {
      return [];
    }
  }
  const kept = keptKeys();
  const leftovers = kept.filter((key) => !itemOf(key));
  if (leftovers.length) notify(...leftovers.map((key) => leftover(key, stored(key))));
  kept.filter(itemOf).forEach(adopt);
  resend();
  look();
  addEventListener("DOMContentLoaded", arrive); // when the item that was in hand is unfolded again

  document.getElementById("questions")?.addEventListener("change", ({ target }) => put(itemOf(target), target.name, target.value));

  async function refresh() {
    const response = await fetch(main.dataset.state);
    if (!response.ok) return;
    (await response.json()).answers.forEach(showAnswer);
    main.dispatchEvent(new Event("refreshed"));
  }

  function showAnswer({ item: slug, verdict, note }) {
    const item = document.getElementById(slug);
    const field = item.querySelector("textarea");
    if (waiting.has(item) || flying.has(item) || typing.has(field)) return;
    item.querySelector(`input[value=${verdict}]`).checked = true;
    if (field !== document.activeElement) field.value = note;
  }

  // For scripts that must see everything saved first, such as copying the export.
  window.outbox = {
    async settled() {
      saveNotes();
      for (let tries = 0; [...entries.keys()].some(sendable) && tries < 100; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
})();
