/* <c-confirm>: a disclosure becomes a modal dialog. */
export function start(root) {
  root.querySelectorAll("details[data-confirm]").forEach(upgrade);
}

function upgrade(details) {
  const summary = details.querySelector("summary");
  const panel = details.querySelector(".confirm-panel");
  const title = panel.querySelector(".confirm-title");

  const button = document.createElement("button");
  button.type = "button";
  button.className = summary.className;
  button.setAttribute("aria-haspopup", "dialog");
  button.append(...summary.childNodes);

  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.id = details.id;
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(panel);

  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "btn btn-ghost";
  cancel.textContent = "取消";
  cancel.addEventListener("click", () => dialog.close());
  panel.querySelector(".confirm-actions").append(cancel);

  button.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  const wasOpen = details.open;
  details.replaceWith(button, dialog);
  if (wasOpen) dialog.showModal();
}
