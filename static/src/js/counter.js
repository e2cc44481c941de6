/* How much room is left in a text area with a limit; it speaks up only when little is left. */
const NEAR = 0.8;

export function start(root) {
  root.querySelectorAll("textarea[maxlength]").forEach((area) => {
    const line = document.createElement("p");
    line.className = "field-count";
    const show = () => {
      const used = area.value.length;
      line.textContent = `${used}/${area.maxLength} 字`;
      line.toggleAttribute("aria-live", used > area.maxLength * NEAR);
    };
    area.after(line);
    area.addEventListener("input", show);
    show();
  });
}
