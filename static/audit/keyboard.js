// The keyboard: single keys while no field has the focus. They can be switched off in the list of keys.
(() => {
  const dialog = document.getElementById("keys");
  const enabled = dialog.querySelector("input");
  const VERDICTS = { p: "pass", f: "fail", a: "na", o: "open" };
  let sequence = -Infinity; // when g was pressed, in milliseconds

  enabled.checked = window.remember("keys") !== "off";
  enabled.addEventListener("change", () => window.remember("keys", enabled.checked ? "on" : "off"));

  function answer(value) {
    const item = window.items.current;
    if (!item) return;
    const radio = item.querySelector(`input[value=${value}]`);
    if (!item.classList.contains("current") || !item.contains(document.activeElement)) window.items.hold(item);
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function note() {
    const item = window.items.current;
    if (!item) return;
    window.items.hold(item);
    item.querySelector("textarea").focus();
  }

  function focus(id) {
    const element = document.getElementById(id);
    element.focus();
    element.scrollIntoView({ block: "nearest" });
  }

  const ACTIONS = {
    j: () => window.items.step(1),
    k: () => window.items.step(-1),
    n: () => window.items.nextOpen(),
    e: note,
    m: () => document.getElementById("copy-markdown").click(),
    "/": () => focus("q"),
    "?": () => dialog.showModal(),
    ...Object.fromEntries(Object.entries(VERDICTS).map(([key, value]) => [key, () => answer(value)])),
  };

  const types = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox])");

  document.addEventListener("keydown", (event) => {
    // With Caps Lock a letter arrives as a capital.
    const { target } = event;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Escape" && target.name === "note") window.items.hold(target.closest("li.item"));
    if (key === "Escape" && target.id === "q") window.items.step(0);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || types(target) || dialog.open) return;
    // The list of keys can always be opened: that is where they are switched on again.
    if (!enabled.checked && key !== "?") return;
    const goes = key === "s" && event.timeStamp - sequence < 1500;
    sequence = key === "g" ? event.timeStamp : -Infinity;
    const action = goes ? () => focus("share") : ACTIONS[key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  document.querySelector(".bar a[href='#share']").addEventListener("click", (event) => {
    event.preventDefault();
    focus("share");
  });
  document.getElementById("show-keys").addEventListener("click", () => dialog.showModal());
})();
