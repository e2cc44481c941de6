/* What was typed, kept in this browser while the server cannot be reached: per page and per user, without passwords, tokens and files. */
const DAYS = 7;
const key = () => `copy:${document.body.dataset.user ?? ""}:${location.pathname}`;
const SKIP = new Set(["csrfmiddlewaretoken", "version"]);

export function fields(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !SKIP.has(name));
}

/* What the fields say, without how many rows there are and which of them are empty: that changes with every page. */
export function says(pairs) {
  return JSON.stringify(pairs.filter(([name, value]) => value && !name.endsWith("_FORMS") && name !== "parts_seen"));
}

export function keep(form) {
  try {
    localStorage.setItem(key(), JSON.stringify({ at: Date.now(), fields: fields(form) }));
    return true;
  } catch {
    return false;
  }
}

export function drop() {
  localStorage.removeItem(key());
}

export function find() {
  try {
    const copy = JSON.parse(localStorage.getItem(key()));
    return copy && Date.now() - copy.at < DAYS * 86_400_000 ? copy : null;
  } catch {
    return null;
  }
}

/* Rows that the form does not have yet are asked for through the formset's own button. */
export function restore(form, copy) {
  for (const [name, value] of copy.fields) {
    const total = name.match(/^(.+)-TOTAL_FORMS$/);
    if (!total) continue;
    const current = form.elements[name];
    const add = form.querySelector(`[data-formset="${total[1]}"] [data-formset-add]`);
    while (add && current && Number(current.value) < Number(value)) add.click();
  }
  const values = new Map();
  copy.fields.forEach(([name, value]) => values.set(name, [...(values.get(name) ?? []), value]));
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "file" || SKIP.has(field.name)) continue;
    const kept = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
    else if (field.multiple) [...field.options].forEach((option) => { option.selected = kept.includes(option.value); });
    else if (kept.length) field.value = kept.shift();
    if (field.dataset.editorSource !== undefined) field.dispatchEvent(new Event("editor:read"));
  }
  const seen = values.get("parts_seen"); // what the copy was written over: others may have changed more since
  if (seen && form.elements.parts_seen) form.elements.parts_seen.value = seen[0];
}
