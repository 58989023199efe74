// Asks again and again, cheaply, whether anything changed: what did not change is 304 and empty. Rests while nobody looks at the page.
(() => {
  const POLL = 3_000; // milliseconds between two questions
  const LONGEST = 30_000; // milliseconds, while nobody answers

  // `show` takes an answer that is new, and says whether it could be shown; `miss` is told whether the audit is gone.
  window.poll = (address, show, miss) => {
    let etag = "";
    let failures = 0;
    let timer;

    async function look() {
      clearTimeout(timer);
      try {
        const headers = etag ? { "If-None-Match": etag } : {};
        const response = await fetch(address, { headers, signal: AbortSignal.timeout(15_000) });
        if (response.status === 200 && (await show(response))) etag = response.headers.get("ETag");
        failures = response.status < 500 ? 0 : failures + 1; // Gone may be back soon.
        if (response.status < 500) miss([404, 410].includes(response.status));
      } catch {
        failures += 1; // Without a network there is nothing new to show.
      }
      wait();
    }

    function wait() {
      clearTimeout(timer);
      const pause = Math.min(LONGEST, POLL * 2 ** failures) * (0.75 + Math.random() / 4);
      if (!document.hidden) timer = setTimeout(look, pause);
    }

    document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
    addEventListener("pageshow", (event) => event.persisted && look());
    // A page that was just loaded is new; only Back may show one that was kept.
    if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") look();
    else wait();
    return look;
  };

  // One line of the page's notice, by its kind; without a text it goes.
  window.notify = (kind, ...parts) => {
    const notice = document.getElementById("notice");
    notice.querySelector(`[data-kind="${kind}"]`)?.remove();
    if (parts.length) {
      const line = document.createElement("p");
      line.dataset.kind = kind;
      line.append(...parts);
      notice.append(line);
    }
    notice.hidden = !notice.hasChildNodes();
  };
})();
