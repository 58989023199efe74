// The shared page keeps up, and then shows the newest state.
(() => {
  const PARTS = ["main", ".side", "nav.sections", ".bar .progress", ".bar .task"];
  const GONE = "This audit was deleted, or its link was replaced, switched off or has expired. What you see is the last that was known of it.";
  let isGone = false;

  async function show(response) {
    const { revision } = await response.json();
    if (revision !== Number(document.getElementById("main").dataset.revision)) await renew();
    return true;
  }

  // What is in hand stays: the place on the page, and the link that has the focus.
  async function renew() {
    const response = await fetch(location.pathname, { signal: AbortSignal.timeout(15_000) });
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

  function miss(isMissing) {
    if (isMissing !== isGone) window.notify("gone", ...(isMissing ? [GONE] : []));
    isGone = isMissing;
  }

  window.poll("changes", show, miss);
})();
