/* A draft that two people write: what the server says to a page that saved itself is put in its place, part by part. What the other changed is
   shown; where both changed something, the user chooses. A part is a field, an editor, or the rows of a formset. */
const SEEN = "parts_seen";

export function start(root) {
  const fold = root.querySelector("[data-checklist] details");
  if (fold && matchMedia("(max-width: 960px)").matches) fold.open = false;
  root.querySelectorAll("form [data-theirs]").forEach((note) => {
    remember(note.closest("form"), { [note.dataset.theirs]: "" }); // until the choice is made, nothing is written over it
    offer(note);
  });
}

/* `sent`: the pairs of fields that were sent; what was typed since is the user's and stays. */
export function learn(form, answer, sent) {
  const pairs = [...new FormData(form)];
  const seen = { ...answer.seen };
  for (const [name, value] of Object.entries(answer.taken ?? {})) {
    if (says(pairs, name) === says(sent, name)) put(form, name, value);
    else [name, `${name}:plain`].forEach((key) => delete seen[key]);
  }
  remember(form, seen);
  Object.entries(answer.theirs ?? {}).forEach(([name, html]) => beside(form, name, html));
  document.querySelectorAll("[data-carried]").forEach((tag) => { tag.hidden = !answer.carried?.includes(tag.dataset.carried); });
  const list = document.querySelector("[data-checklist]");
  if (list && answer.checklist) {
    const open = list.querySelector("details")?.open;
    list.innerHTML = answer.checklist;
    list.querySelector("details").open = open;
  }
}

/* What a form carries of a part, to see whether it was touched. */
export function says(pairs, name) {
  return JSON.stringify(pairs.filter(([key]) => key === name || key === `${name}__html` || key.startsWith(`${name}-`)));
}

/* Chosen while a save was under way: its answer does not ask again about what was chosen against. */
function isChosen(form, note) {
  const seen = JSON.parse(form.elements[SEEN]?.value || "{}");
  return Boolean(note.dataset.seen) && seen[note.dataset.theirs] === note.dataset.seen;
}

function remember(form, seen) {
  const field = form.elements[SEEN];
  if (field) field.value = JSON.stringify({ ...JSON.parse(field.value || "{}"), ...seen });
}

function put(form, name, value) {
  const source = form.elements[`${name}__html`];
  const rows = form.querySelector(`[data-formset="${name}"]`);
  if (source && !source.disabled) {
    source.value = value;
    source.dispatchEvent(new Event("editor:read"));
  } else if (rows) {
    rows.dispatchEvent(new CustomEvent("formset:read", { detail: value }));
  } else if (form.elements[name]) {
    form.elements[name].value = value;
  }
}

function beside(form, name, html) {
  const place = form.querySelector(`#id_${name}`);
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const note = holder.content.firstElementChild;
  if (isChosen(form, note)) return;
  document.getElementById(note.id)?.remove();
  if (place?.dataset.formset) place.prepend(note);
  else (place?.closest(".editor") ?? place)?.before(note);
  offer(note);
}

function offer(note) {
  const form = note.closest("form");
  const name = note.dataset.theirs;
  const words = note.querySelector("[data-theirs-words]");
  const rows = note.querySelector("template");
  const theirs = rows ? rows.innerHTML : note.dataset.value ?? words.innerHTML;
  const source = form.elements[`${name}__html`];
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  buttons.append(choice("用我写的", () => {}), choice("用对方的", () => put(form, name, theirs)));
  if (source && !source.disabled) buttons.append(choice("两份都留下，我来整理", () => put(form, name, source.value + theirs)));
  note.append(buttons);

  function choice(label, run) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline btn-small";
    button.textContent = label;
    button.addEventListener("click", () => {
      run();
      remember(form, { [name]: note.dataset.seen });
      note.remove();
      (document.getElementById(`id_${name}`) ?? form).focus?.();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    return button;
  }
}
