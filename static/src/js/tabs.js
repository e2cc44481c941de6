/* .tabs: the current one is in sight, however many stand before it. */
export function start(root) {
  root.querySelectorAll(".tabs").forEach((tabs) => {
    const current = tabs.querySelector("[aria-current]");
    if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  });
}
