/* [data-formset="prefix"]: rows are added from the <template> inside. A removed row stays in the form: marked for deletion where the row has
   a box for that, emptied where empty rows are not kept. */
export function start(root) {
  root.querySelectorAll("[data-formset]").forEach((set) => {
    const prefix = set.dataset.formset;
    const find = () => document.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
    const template = set.querySelector("template");
    const adder = set.querySelector("[data-formset-add]");

    adder?.removeAttribute("hidden");
    rows().filter(isEmpty).slice(0, -1).forEach((row) => { row.hidden = true; });
    rows().forEach(offerRemoval);
    number();
    set.addEventListener("formset:read", (event) => read(event.detail));
    set.addEventListener("click", (event) => {
      if (event.target.closest("[data-formset-add]")) add();
      const mover = event.target.closest("[data-formset-move]");
      if (mover) move(mover.closest("[data-formset-row]"), mover);
      const remover = event.target.closest("[data-formset-remove]");
      if (remover) remove(remover.closest("[data-formset-row]"));
    });

    function rows() {
      return [...set.querySelectorAll("[data-formset-row]")];
    }

    function add() {
      const total = find();
      const index = Number(total.value);
      const holder = document.createElement("template");
      holder.innerHTML = template.innerHTML.replaceAll("__prefix__", index);
      const row = holder.content.firstElementChild;
      template.before(row);
      total.value = index + 1;
      offerRemoval(row);
      number();
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
      changed();
    }

    function remove(row) {
      const box = deletion(row);
      if (box) box.checked = true;
      else row.querySelectorAll("input, select, textarea").forEach((field) => { field.value = ""; });
      row.hidden = true;
      number();
      adder?.focus();
      changed();
    }

    /* The rows keep their places and their names; what they say changes places. */
    function move(row, button) {
      const shown = rows().filter((each) => !each.hidden);
      const other = shown[shown.indexOf(row) + Number(button.dataset.formsetMove)];
      if (!other) return;
      const [mine, theirs] = [row, other].map((each) => [...each.querySelectorAll("input, select, textarea")]);
      mine.forEach((field, index) => { [field.value, theirs[index].value] = [theirs[index].value, field.value]; });
      other.querySelector(`[data-formset-move="${button.dataset.formsetMove}"]`).focus();
      changed();
    }

    /* Rows as the server drew them take the place of those that are here. */
    function read(html) {
      rows().forEach((row) => row.remove());
      set.querySelectorAll(`[name^="${prefix}-"][name$="_FORMS"]`).forEach((field) => field.remove());
      const holder = document.createElement("template");
      holder.innerHTML = html;
      template.before(holder.content);
      rows().forEach(offerRemoval);
      number();
    }

    function number() {
      rows().filter((row) => !row.hidden).forEach((row, index) => {
        row.querySelectorAll("[data-formset-number]").forEach((place) => { place.textContent = index + 1; });
      });
    }

    function changed() {
      set.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}

/* Rows emptied before the page came back; one of them stays to be filled in. */
function isEmpty(row) {
  if (deletion(row) || row.querySelector(".field-errors, [type=radio], [type=checkbox]")) return false;
  return [...row.querySelectorAll("input, select, textarea")].every((field) => !field.value);
}

const deletion = (row) => row.querySelector(`[name$="-DELETE"]`);

/* The box "delete" is for those without JavaScript; with it the row gets a button. */
function offerRemoval(row) {
  const box = deletion(row);
  if (box) {
    (box.closest(".field") ?? box).hidden = true;
    if (box.checked) row.hidden = true;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-ghost btn-small";
  button.dataset.formsetRemove = "";
  button.innerHTML = `移除<span class="visually-hidden">第 <span data-formset-number></span> 项</span>`;
  const tools = document.createElement("div");
  tools.className = "formset-tools";
  if (row.closest("[data-formset-ordered]")) tools.append(mover(-1, "上移"), mover(1, "下移"));
  tools.append(button);
  row.append(tools);
}

function mover(step, label) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-ghost btn-small";
  button.dataset.formsetMove = step;
  button.innerHTML = `${label}<span class="visually-hidden">第 <span data-formset-number></span> 项</span>`;
  return button;
}
