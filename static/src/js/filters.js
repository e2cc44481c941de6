/* form[data-autosubmit]: a choice applies at once; text applies on Enter. Empty fields stay out of the address. */
export function start(root) {
  root.querySelectorAll("form[data-autosubmit]").forEach((form) => {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      [...form.elements].forEach((field) => { if (field.name && !field.value) field.disabled = true; });
    });
    addEventListener("pageshow", () => [...form.elements].forEach((field) => { field.disabled = false; }));
  });
}
