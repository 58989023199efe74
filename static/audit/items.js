// Which items are in sight: the one in hand is unfolded, the others fold to one line; filters leave out what does not matter now.
(() => {
  const items = [...document.querySelectorAll("li.item")];
  const filters = document.getElementById("filters");
  const nothing = document.getElementById("nothing");
  const here = document.getElementById("here");
  let current = document.querySelector("li.item.current");
  let hasTaken = false; // whether the reader has taken an item in hand

  // A section is named by its heading, whose id is its address.
  const sectionOf = (element) => element.closest("section").getAttribute("aria-labelledby");
  const title = (item) => item.querySelector("h3 a");
  const verdict = (item) => item.querySelector("input[name=verdict]:checked").value;
  const visible = () => items.filter((item) => !item.hidden);

  function unfold(item) {
    current?.classList.remove("current");
    if (current) title(current).setAttribute("aria-expanded", "false");
    current = item;
    if (!item) return;
    item.hidden = item.closest("section").hidden = false;
    item.classList.add("current");
    title(item).setAttribute("aria-expanded", "true");
  }

  // Takes an item in hand: unfolded, in sight, with the focus on its title.
  function hold(item) {
    if (!item) return;
    hasTaken = true;
    unfold(item);
    title(item).focus({ preventScroll: true });
    item.scrollIntoView({ block: item.offsetHeight > innerHeight / 2 ? "start" : "nearest" });
  }

  function follow() {
    const item = document.getElementById(location.hash.slice(1));
    if (item?.matches("li.item")) hold(item);
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("li.item h3 a");
    if (!link) return;
    event.preventDefault();
    const item = link.closest("li.item");
    history.replaceState(null, "", link.hash);
    if (item === current) unfold(null);
    else hold(item);
  });

  // --- Filters. They live in the URL, so that a reload or a sent link shows the same.
  function chosen() {
    const search = new URLSearchParams(location.search);
    return Object.fromEntries(Object.keys(TESTS).map((name) => [name, search.get(name) ?? ""]));
  }

  const text = new Map();
  function words(item) {
    // What belongs to the edition never changes; the note does.
    if (!text.has(item)) {
      const parts = [...item.querySelectorAll("h3 a, .why, .check, pre")];
      text.set(item, [item.id, ...parts.map((part) => part.textContent)].join(" ").toLowerCase());
    }
    return `${text.get(item)} ${item.querySelector("textarea").value.toLowerCase()}`;
  }

  const TESTS = {
    verdict: (item, value) => verdict(item) === value,
    severity: (item, value) => item.querySelector(".severity").textContent === value,
    section: (item, value) => sectionOf(item) === value,
    q: (item, value) => value.toLowerCase().split(/\s+/).every((word) => words(item).includes(word)),
  };
  const matches = (item, wanted) => Object.entries(TESTS).every(([name, test]) => !wanted[name] || test(item, wanted[name]));

  function apply() {
    const wanted = chosen();
    // The item in hand stays until another is taken: an answer must not make it vanish under the pointer.
    items.forEach((item) => (item.hidden = item !== current && !matches(item, wanted)));
    document.querySelectorAll("main > section").forEach((section) => (section.hidden = !section.querySelector("li.item:not([hidden])")));
    nothing.hidden = visible().length > 0;
    show(wanted);
  }

  function show(wanted) {
    filters.querySelectorAll("button[name]").forEach((button) => {
      const others = { ...wanted, [button.name]: button.value };
      button.querySelector(".count").textContent = items.filter((item) => matches(item, others)).length;
      button.setAttribute("aria-pressed", wanted[button.name] === button.value);
    });
    filters.elements.section.value = wanted.section;
    [...filters.elements.section.options].forEach((option) => {
      const count = items.filter((item) => matches(item, { ...wanted, section: option.value })).length;
      option.textContent = `${(option.dataset.label ??= option.textContent)} (${count})`;
    });
    if (document.activeElement !== filters.elements.q) filters.elements.q.value = wanted.q;
    document.querySelector("#filters [data-all]").hidden = !Object.values(wanted).some(Boolean);
  }

  function choose(changes) {
    const search = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) value ? search.set(name, value) : search.delete(name);
    history.replaceState(null, "", `${location.pathname}${search.size ? `?${search}` : ""}${location.hash}`);
    if (current && !matches(current, chosen())) unfold(null);
    apply();
  }

  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", ({ target }) => choose({ [target.name]: target.value }));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#filters button, [data-all]");
    if (!button) return;
    if (button.matches("[data-all]")) choose(Object.fromEntries(Object.keys(TESTS).map((name) => [name, ""])));
    else choose({ [button.name]: chosen()[button.name] === button.value ? "" : button.value });
  });
  document.addEventListener("change", ({ target }) => target.name === "verdict" && show(chosen()));
  document.addEventListener("answered", () => show(chosen())); // from outside

  // --- Where the reader is: the section in sight is marked on the left and named in the bar.
  function mark(section) {
    here.textContent = section.querySelector("h2").textContent;
    document.querySelectorAll("#sections a").forEach((link) => {
      if (link.hash === `#${sectionOf(section)}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }
  let marked;
  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => mark((marked = entry.target))),
    { rootMargin: "-20% 0px -75% 0px" },
  );
  document.querySelectorAll("main > section").forEach((section) => observer.observe(section));
  // The list on the left is replaced when an answer is saved.
  new MutationObserver(() => marked && mark(marked)).observe(document.querySelector("nav.sections"), { childList: true });

  // For the keyboard.
  window.items = {
    get current() {
      return document.activeElement.closest?.("li.item") ?? current;
    },
    hold,
    tests: TESTS,
    apply,
    step(distance) {
      const shown = visible();
      const place = shown.indexOf(this.current);
      // The item that the page came with unfolded is the first to be taken in hand.
      const isTaken = hasTaken || document.activeElement.closest("li.item");
      const next = place + (isTaken ? distance : 0);
      hold(shown[place < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, next))]);
    },
    nextOpen() {
      const shown = visible();
      const place = shown.indexOf(this.current);
      const open = [...shown.slice(place + 1), ...shown.slice(0, place + 1)].find((item) => verdict(item) === "open");
      if (open) hold(open);
      else document.getElementById("said").textContent = "Nothing in sight is open";
    },
  };

  addEventListener("hashchange", follow);
  items.forEach((item) => title(item).setAttribute("aria-expanded", "false"));
  apply();
  unfold(current);
  follow();
})();
