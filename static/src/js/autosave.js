/* form[data-autosave=url]: saves itself after a pause. The server answers {"version", "saved_at"}, or {"message"} when it cannot. */
import * as copy from "./local_copy.js";
import { learn } from "./parts.js";

const PAUSE = 1500;
const EXPIRED = "登录已过期，填写的内容已保存在本机，重新登录后可以恢复。";
const OFFLINE = "网络不通，内容已保存在本机，联网后会继续保存";
const NOT_KEPT = "没有保存成功，请先不要离开本页";

export function start(root) {
  root.querySelectorAll("form[data-autosave]").forEach(watch);
}

function watch(form) {
  const status = form.querySelector("[data-save-status]") ?? addStatus(form);
  let timer = 0;
  let sending = null;
  let saved = print(form);
  let failed = false;
  let lost = false;

  offerCopy(form);
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  form.addEventListener("focusout", (event) => { if (timer && !event.relatedTarget?.closest("a, [type=submit]")) now(); });
  form.addEventListener("submit", submit);
  addEventListener("online", () => { if (failed) now(); });
  addEventListener("beforeunload", (event) => { if (lost) event.preventDefault(); });

  function later() {
    clearTimeout(timer);
    timer = setTimeout(now, PAUSE);
  }

  /* The user's own saving must not overtake the draft's, or it would meet its own new version as a conflict. */
  async function submit(event) {
    clearTimeout(timer);
    timer = 0;
    lost = false;
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await sending;
    form.requestSubmit(event.submitter);
  }

  async function now() {
    clearTimeout(timer);
    timer = 0;
    if (sending) return later();
    const before = print(form);
    if (before === saved) return undefined;
    sending = send(before).finally(() => { sending = null; });
    return sending;
  }

  async function send(before) {
    say("正在保存…");
    const sent = [...new FormData(form)];
    let response;
    try {
      response = await fetch(form.dataset.autosave, { method: "POST", body: textOnly(form), headers: { "X-Autosave": "1" }, redirect: "manual" });
    } catch {
      return keep(OFFLINE);
    }
    if (response.ok) {
      const answer = await response.json();
      take(answer, sent, before);
      failed = lost = false;
      copy.drop();
      return say(`已保存 ${answer.saved_at}${answer.notice ? `。${answer.notice}` : ""}`);
    }
    if (response.status === 401 || response.type === "opaqueredirect") {
      keep(EXPIRED);
      return status.append(signIn());
    }
    if (response.status === 409 || response.status === 422) return refused(response, sent, before);
    return keep(NOT_KEPT);
  }

  async function refused(response, sent, before) {
    failed = true;
    lost = !copy.keep(form);
    const answer = await response.json();
    if (answer.seen) take(answer, sent, before); // the parts that nobody else touched were saved
    saved = null; // the others were not, and are sent again even if the choice leaves every word as it is
    say(answer.message, "danger");
  }

  function take(answer, sent, before) {
    const untouched = print(form) === before;
    if (form.elements.version) form.elements.version.value = answer.version;
    learn(form, answer, sent);
    saved = untouched ? print(form) : before;
  }

  function keep(words) {
    failed = true;
    lost = !copy.keep(form);
    say(lost ? NOT_KEPT : words, "warning");
  }

  function say(words, tone = "") {
    status.textContent = words;
    status.dataset.tone = tone;
  }
}

function signIn() {
  const link = document.createElement("a");
  link.href = `/login/?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "重新登录";
  return link;
}

/* Files are sent when the user saves, not with every pause. */
function textOnly(form) {
  const data = new FormData(form);
  form.querySelectorAll("input[type=file]").forEach((input) => data.delete(input.name));
  return data;
}

function print(form) {
  return JSON.stringify(copy.fields(form).filter(([name]) => name !== "parts_seen"));
}

function addStatus(form) {
  const line = document.createElement("p");
  line.className = "save-status";
  line.setAttribute("role", "status");
  form.append(line);
  return line;
}

function offerCopy(form) {
  const kept = copy.find();
  if (!kept) return;
  if (copy.says(kept.fields) === copy.says(copy.fields(form))) {
    copy.drop();
    return;
  }
  const note = document.createElement("div");
  note.className = "notice tone-warning";
  note.setAttribute("role", "status");
  const when = new Date(kept.at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const words = document.createElement("p");
  words.textContent = `本机保留着您 ${when} 填写但没有保存成功的内容。`;
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  buttons.append(
    action("恢复填写的内容", "btn btn-outline btn-small", () => {
      copy.restore(form, kept);
      note.remove();
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }),
    action("不需要", "btn btn-ghost btn-small", () => {
      copy.drop();
      note.remove();
    }),
  );
  const body = document.createElement("div");
  body.className = "notice-body stack";
  body.append(words, buttons);
  note.append(body);
  form.prepend(note);
}

function action(label, className, run) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}
