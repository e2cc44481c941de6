/* A button that shows what is being typed into a password field. */
export function start(root) {
  root.querySelectorAll("input[type=password]").forEach((input) => {
    const holder = document.createElement("div");
    holder.className = "password";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-ghost";
    button.textContent = "显示";
    button.setAttribute("aria-label", "显示密码");
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const shown = input.type === "text";
      input.type = shown ? "password" : "text";
      button.setAttribute("aria-pressed", String(!shown));
      button.textContent = shown ? "显示" : "隐藏";
    });
    input.replaceWith(holder);
    holder.append(input, button);
    input.form.addEventListener("submit", () => { input.type = "password"; });
  });
}
