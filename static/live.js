// The shared page keeps up: it asks cheaply whether anything changed, and then shows the newest state.
(() => {
  const POLL = 4_000; // milliseconds between two questions
  const LONGEST = 30_000; // milliseconds, while nobody answers
  const PARTS = ["main", ".side", "nav.sections", ".bar .progress"];
  let etag = "";
  let misses = 0;
  let timer;

  const ask = (address, headers = {}) => fetch(address, { headers, signal: AbortSignal.timeout(15_000) });

  async function look() {
    clearTimeout(timer);
    try {
      const response = await ask("changes", etag ? { "If-None-Match": etag } : {});
      if (response.status === 200) await follow(response);
      misses = response.status < 400 ? 0 : misses + 1;
    } catch {
      misses += 1; // Without a network there is nothing new to show.
    }
    clearTimeout(timer);
    const pause = Math.min(LONGEST, POLL * 2 ** misses) * (0.75 + Math.random() / 4);
    if (!document.hidden) timer = setTimeout(look, pause);
  }

  async function follow(response) {
    const { revision } = await response.json();
    if (revision !== Number(document.getElementById("main").dataset.revision)) await renew();
    etag = response.headers.get("ETag");
  }

  // What is in hand stays: the place on the page, and the link that has the focus.
  async function renew() {
    const response = await ask(location.pathname);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const href = document.activeElement.getAttribute("href");
    const top = scrollY;
    for (const part of PARTS) document.querySelector(part).replaceWith(page.querySelector(part));
    document.title = page.title;
    if (href && document.activeElement === document.body) {
      [...document.links].find((link) => link.getAttribute("href") === href)?.focus({ preventScroll: true });
    }
    scrollTo(scrollX, top);
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  addEventListener("pageshow", (event) => event.persisted && look());
  look();
})();
