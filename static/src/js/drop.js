/* input[data-drop]: says what was chosen or dropped, and at once what the portal would not take. */
export function start(root) {
  root.querySelectorAll("input[data-drop]").forEach(improve);
}

function improve(input) {
  const said = document.createElement("p");
  said.className = "hint send-chosen";
  said.setAttribute("role", "status");
  input.after(said);
  input.addEventListener("change", () => {
    const [file] = input.files;
    const trouble = file && fault(file, input);
    said.textContent = trouble || (file ? `已选“${file.name}”（${size(file)}），请点下面的按钮上传。` : "");
    said.classList.toggle("uploads-failed", Boolean(trouble));
  });
  for (const name of ["dragenter", "dragover"]) input.addEventListener(name, () => input.classList.add("dropping"));
  for (const name of ["dragleave", "drop"]) input.addEventListener(name, () => input.classList.remove("dropping"));
}

function fault(file, input) {
  const wanted = input.accept.split(",");
  if (!wanted.some((suffix) => file.name.toLowerCase().endsWith(suffix))) return `“${file.name}”不是台账文件，请选择 xlsx、xls、ods 或 csv。`;
  if (file.size > input.dataset.most * 1024 * 1024) return `“${file.name}”有 ${size(file)}，超过 ${input.dataset.most} MB。`;
  return file.size ? "" : `“${file.name}”是空文件，请重新选择。`;
}

function size(file) {
  return file.size < 1024 * 1024 ? `${Math.max(1, Math.round(file.size / 1024))} KB` : `${(file.size / 1024 / 1024).toFixed(1)} MB`;
}
