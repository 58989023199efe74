// The history of an item: read when it is opened, and again when something of the item was saved.
(() => {
  // What stands for the element with the focus in a list that was read again.
  const placeOf = (element) => [element.closest("li[data-change]")?.dataset.change, element.textContent];

  function refocus(details, [change, text]) {
    const buttons = details.querySelectorAll(`li[data-change="${change}"] button`);
    ([...buttons].find((button) => button.textContent === text) ?? details.querySelector("summary")).focus({ preventScroll: true });
  }

  async function read(details) {
    const entries = details.querySelector(".entries");
    const item = details.parentElement.querySelector("form").getAttribute("action");
    const response = await fetch(`${item}history/`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!response?.ok) {
      if (!entries.hasChildNodes()) entries.textContent = "The history could not be read.";
      return; // What was read before stays.
    }
    const place = entries.contains(document.activeElement) && placeOf(document.activeElement);
    entries.innerHTML = await response.text();
    // Its addresses are relative to its own, `items/<item>/history/`.
    for (const form of entries.querySelectorAll("form")) form.setAttribute("action", form.getAttribute("action").replace(/^.*(?=items\/)/, item.replace(/items\/.*/, "")));
    if (place) refocus(details, place);
  }

  function show(item) {
    const details = item.querySelector("details.history");
    if (details?.open) read(details);
  }

  window.itemHistory = { show };
  document.addEventListener("toggle", ({ target }) => target.matches("details.history") && show(target.parentElement), true);

  // An earlier value is set again as a new change, like any other.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("li.item form.undo")) return;
    event.preventDefault();
    const [field, value] = [...new FormData(event.target)].find(([name]) => ["verdict", "note"].includes(name));
    const key = `${event.target.closest("li.item").id}:${field}`;
    window.answers.show(key, value);
    window.outbox.put(key, value);
  });
})();
