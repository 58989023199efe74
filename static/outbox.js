// Saves answers: one request in flight per item, the newest value only, and a truthful word about what is saved.
(() => {
  const main = document.getElementById("main");
  const status = document.getElementById("saving");
  const waiting = new Map(); // item -> the values chosen and not yet sent, by field
  const flying = new Map(); // item -> the values sent and not yet answered
  const refused = new Map(); // item -> the values that the server refused, by field
  const typing = new Map(); // note -> timer that saves it when typing pauses
  const PAUSE = 700; // milliseconds
  let failures = 0;
  let newest = 0; // the revision of the audit that the page shows
  let retry;

  const itemOf = (element) => element.closest("li.item, #questions");

  function put(item, field, value) {
    waiting.set(item, { ...waiting.get(item), [field]: value });
    forgive(item, field);
    send(item);
    show();
  }

  // A new value replaces the refused one; what else was refused on this item is still not saved.
  function forgive(item, field) {
    if (!refused.has(item)) return;
    delete refused.get(item)[field];
    if (Object.keys(refused.get(item)).length) return;
    refused.delete(item);
    item.querySelector(".problem").textContent = "";
  }

  async function send(item) {
    if (flying.has(item) || !waiting.has(item)) return;
    const values = waiting.get(item);
    waiting.delete(item);
    flying.set(item, values);
    const code = await post(item, values);
    flying.delete(item);
    settle(item, values, code);
    show();
  }

  function settle(item, values, code) {
    if (code >= 200 && code < 300) {
      failures = 0;
      // Questions answer items, so what the server says now is shown in every item that is not being changed here.
      if (item.id === "questions") refresh();
      resend();
    } else if (code >= 400 && code < 500 && ![408, 409, 429].includes(code)) {
      refused.set(item, { ...refused.get(item), ...values });
      explain(item, code);
      send(item);
    } else {
      // Whatever was chosen meanwhile is newer than what could not be sent.
      waiting.set(item, { ...values, ...waiting.get(item) });
      later();
    }
  }

  // Most refusals come with a reason; a link that was replaced meanwhile does not.
  function explain(item, code) {
    const problem = item.querySelector(".problem");
    if (!problem.textContent.trim()) problem.textContent = `The server refused this (${code}). What you wrote is still here.`;
  }

  async function post(item, values) {
    const form = item.querySelector("form");
    let code = 0;
    // htmx would add every field of the item, and so overwrite what a colleague wrote into the others.
    const body = new URLSearchParams(values);
    const watched = async (action, request) => {
      const response = await fetch(action, { ...request, body });
      code = response.status;
      return isStale(response) ? new Response(null, response) : response;
    };
    await htmx.ajax("POST", form.getAttribute("action"), { source: item, swap: "none", fetch: watched });
    return code;
  }

  // Answers can overtake each other; counts of an older state of the audit must not replace newer ones.
  function isStale(response) {
    const revision = Number(response.headers.get("Walkaround-Revision"));
    if (revision && revision < newest) return true;
    newest = Math.max(newest, revision);
    return false;
  }

  function later() {
    clearTimeout(retry);
    failures += 1;
    const ceiling = Math.min(30, 2 ** failures); // seconds
    retry = setTimeout(resend, 1000 * ceiling * (0.5 + Math.random() / 2));
  }

  function resend() {
    clearTimeout(retry);
    [...waiting.keys()].forEach(send);
    show();
  }

  function show() {
    const unsaved = new Set([...waiting.keys(), ...flying.keys()].map((item) => item.id)).size + typing.size;
    let words = "All changes saved";
    if (refused.size) words = "Not saved: see the marked item";
    else if (failures) words = `Not saved: ${unsaved} waiting, trying again`;
    else if (unsaved) words = "Saving…";
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("failing", Boolean(failures || refused.size));
  }

  function saveNote(note) {
    if (!typing.has(note)) return;
    clearTimeout(typing.get(note));
    typing.delete(note);
    put(itemOf(note), "note", note.value);
  }

  main.addEventListener("change", (event) => {
    if (event.target.name === "verdict") put(itemOf(event.target), "verdict", event.target.value);
    if (event.target.name === "note") saveNote(event.target);
  });
  main.addEventListener("input", (event) => {
    const note = event.target;
    if (note.name !== "note") return;
    clearTimeout(typing.get(note));
    typing.set(note, setTimeout(saveNote, PAUSE, note));
    show();
  });
  main.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("online", resend);
  addEventListener("pagehide", () => [...typing.keys()].forEach(saveNote));
  addEventListener("beforeunload", (event) => {
    [...typing.keys()].forEach(saveNote);
    if (waiting.size || flying.size) event.preventDefault();
  });
  // A page from the browser's back-forward cache shows what was true when it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) refresh();
  });

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
      [...typing.keys()].forEach(saveNote);
      for (let tries = 0; (waiting.size || flying.size) && tries < 100; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
  };
})();
