/* The menu of narrow screens closes on Escape and on a click beside it. */
export function start(root) {
  const menu = root.querySelector("details[data-menu]");
  if (!menu) return;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
