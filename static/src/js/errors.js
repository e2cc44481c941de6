/* After a refused form the summary takes the focus, so that everyone lands on what has to change. */
export function start(root) {
  root.querySelector("[data-error-summary]")?.focus();
}
