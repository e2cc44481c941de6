/* [data-menu]: a menu that is open closes on Escape and on a click beside it. */
export function start(root) {
  root.querySelectorAll("details[data-menu]").forEach(watch);
}

function watch(menu) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
}
