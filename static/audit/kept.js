// What the browser keeps until the server has acknowledged it, also over a reload or a restart: key -> {sent?, next?, conflict?, refused?}.
// `sent` is a change that may have arrived or not; it is sent again as it was. `next` is the newest value chosen since. Both are
// {value, base, change, at}. All tabs of this browser share what is kept.
(() => {
  const PREFIX = `outbox ${new URL(document.getElementById("main").dataset.changes, location.href).pathname} `;
  const entries = new Map();
  const texts = new Map(); // key -> what this tab last read or wrote

  // Without storage, or when it is full, what waits lives as long as the page.
  function attempt(action) {
    try {
      return action();
    } catch {
      return null;
    }
  }
  const read = (key) => attempt(() => localStorage.getItem(PREFIX + key));

  function keep(key, entry) {
    const text = JSON.stringify(entry);
    entries.set(key, entry);
    attempt(() => localStorage.setItem(PREFIX + key, text));
    texts.set(key, read(key));
  }

  function drop(key) {
    entries.delete(key);
    attempt(() => localStorage.removeItem(PREFIX + key));
    texts.set(key, null);
  }

  // Takes over what another tab did to an entry; says whether it did anything.
  function refresh(key) {
    const text = read(key);
    if (text === (texts.get(key) ?? null)) return false;
    texts.set(key, text);
    if (text) entries.set(key, JSON.parse(text));
    else entries.delete(key);
    return true;
  }

  addEventListener("storage", ({ key: name, oldValue, newValue }) => {
    if (!name?.startsWith(PREFIX)) return;
    const key = name.slice(PREFIX.length);
    // The other tab settled a change before it knew of the newer one here.
    if (newValue === null && entries.has(key) && oldValue !== texts.get(key)) keep(key, entries.get(key));
    else window.outbox.follow(key);
  });

  window.kept = {
    entries,
    keep,
    drop,
    refresh,
    peek: (key) => JSON.parse(read(key)),
    isSafe: () => [...entries].every(([key, entry]) => texts.get(key) === JSON.stringify(entry)),
    keys: () => (attempt(() => Object.keys(localStorage)) ?? []).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length)),
  };
})();
