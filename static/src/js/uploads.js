/* [data-uploads=url]: files are sent as they are chosen or dropped, with their progress; each can be taken away again. */
export function start(root) {
  root.querySelectorAll("[data-uploads]").forEach(improve);
}

function improve(holder) {
  const { form } = holder.querySelector("input[type=file]");
  const input = holder.querySelector("input[type=file]");
  const list = holder.querySelector("[data-uploads-list]");
  const status = document.createElement("p");
  status.className = "hint uploads-status";
  status.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.hidden = true;
  bar.setAttribute("aria-label", "上传进度");
  input.after(bar, status);
  dress();

  input.addEventListener("change", (event) => {
    event.stopPropagation(); // nothing that the draft itself would have to save
    if (input.files.length) send([...input.files].map((file) => ["uploads", file]), `正在上传 ${input.files.length} 个文件…`, "已上传。");
  });
  for (const name of ["dragenter", "dragover"]) input.addEventListener(name, () => input.classList.add("dropping"));
  for (const name of ["dragleave", "drop"]) input.addEventListener(name, () => input.classList.remove("dropping"));

  /* The boxes "remove" are for those without a script; here each file has a button. */
  function dress() {
    list.querySelectorAll("li").forEach((row) => {
      const box = row.querySelector("input[type=checkbox]");
      if (!box) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-ghost btn-small";
      button.textContent = "移除";
      button.setAttribute("aria-label", `移除${row.querySelector("a").textContent.trim()}`);
      button.addEventListener("click", () => send([["remove", box.value]], "正在移除…", "已移除。"));
      box.closest("label").replaceWith(button);
    });
  }

  function send(fields, before, after) {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    fields.forEach(([name, value]) => data.append(name, value));
    const request = new XMLHttpRequest();
    request.open("POST", holder.dataset.uploads);
    request.setRequestHeader("X-Autosave", "1");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => { bar.value = event.loaded / event.total; });
    request.addEventListener("loadend", () => {
      bar.hidden = true;
      if (request.status === 200) {
        list.innerHTML = request.response.html;
        dress();
        if (form.elements.version) form.elements.version.value = request.response.version;
        input.value = "";
        status.textContent = after;
      } else {
        status.textContent = request.response?.message ?? (request.status === 401 ? "登录已过期，请重新登录后再上传。" : "没有传成，请检查网络后重试。");
        if (request.status === 422) input.value = "";
      }
      status.classList.toggle("uploads-failed", request.status !== 200);
    });
    status.textContent = before;
    bar.value = 0;
    bar.hidden = !fields.some(([name]) => name === "uploads");
    request.send(data);
  }
}
