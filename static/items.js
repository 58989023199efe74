// The item in hand is unfolded, the others fold to one line; an item's address unfolds it.
(() => {
  const items = [...document.querySelectorAll("li.item")];
  const title = (item) => item.querySelector("h3 a");
  let current = document.querySelector("li.item.current");

  function unfold(item) {
    current?.classList.remove("current");
    current = item;
    current?.classList.add("current");
    items.forEach((each) => title(each).setAttribute("aria-expanded", each === current));
  }

  function follow() {
    const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (item?.matches("li.item")) {
      unfold(item);
      item.scrollIntoView({ block: "nearest" });
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("li.item h3 a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const item = link.closest("li.item");
    history.replaceState(null, "", link.getAttribute("href"));
    unfold(item === current ? null : item);
    item.scrollIntoView({ block: "nearest" });
  });
  addEventListener("hashchange", follow);
  unfold(current);
  follow();
})();
