/* [data-formset="prefix"]: rows are added from the <template> inside; a removed row stays in the form, marked for deletion. */
export function start(root) {
  root.querySelectorAll("[data-formset]").forEach((set) => {
    const prefix = set.dataset.formset;
    const total = document.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
    const template = set.querySelector("template");

    set.addEventListener("click", (event) => {
      if (event.target.closest("[data-formset-add]")) add();
      const remove = event.target.closest("[data-formset-remove]");
      if (remove) hide(remove.closest("[data-formset-row]"));
    });
    set.querySelectorAll("[data-formset-row]").forEach(offerRemoval);

    function add() {
      const index = Number(total.value);
      const holder = document.createElement("template");
      holder.innerHTML = template.innerHTML.replaceAll("__prefix__", index);
      const row = holder.content.firstElementChild;
      template.before(row);
      total.value = index + 1;
      offerRemoval(row);
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      set.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function hide(row) {
      row.querySelector(`[name$="-DELETE"]`).checked = true;
      row.hidden = true;
      set.querySelector("[data-formset-add]")?.focus();
      set.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

/* The box "delete" is for those without JavaScript; with it the row gets a button. */
function offerRemoval(row) {
  const box = row.querySelector(`[name$="-DELETE"]`);
  if (!box || row.querySelector("[data-formset-remove]")) return;
  (box.closest(".field") ?? box).hidden = true;
  if (box.checked) row.hidden = true;
  const actions = document.createElement("div");
  actions.className = "formset-actions";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-ghost btn-small";
  button.dataset.formsetRemove = "";
  button.textContent = "移除这一项";
  actions.append(button);
  row.append(actions);
}
