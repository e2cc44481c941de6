/* [data-editor]: a text area becomes an editor of structured text. It posts HTML in a field of its own, which the server cleans; the text area
   with the plain text is what works without this. */
import { Editor } from "@tiptap/core";
import { extensions } from "./schema.js";
import { toolbar } from "./toolbar.js";
import { fromElsewhere } from "./word.js";

const NO_PICTURES = "图片不能放在正文里，没有粘贴。请作为附件上传。";
const NEAR = 0.8;

export function start(root) {
  root.querySelectorAll("[data-editor]:not([data-editor-on])").forEach(mount);
}

function mount(holder) {
  const area = holder.querySelector("[data-editor-plain]");
  const source = holder.querySelector("[data-editor-source]");
  const note = holder.querySelector("[data-editor-note]");
  const typed = area.value !== area.defaultValue ? paragraphs(area.value) : null; // before this script arrived
  const element = document.createElement("div");
  area.after(element);

  const editor = new Editor({
    element,
    extensions,
    content: typed ?? source.value,
    injectCSS: false,
    editorProps: {
      attributes: naming(area),
      transformPastedHTML: (html) => {
        const { html: kept, pictures } = fromElsewhere(html);
        note.textContent = pictures ? NO_PICTURES : "";
        return kept;
      },
      handlePaste: (view, event) => refusePictures(event.clipboardData),
      handleDrop: (view, event) => refusePictures(event.dataTransfer),
    },
    onUpdate: write,
    onFocus: () => holder.classList.add("editor-active"),
    onBlur: () => holder.classList.remove("editor-active"),
  });

  /* Word puts a picture of the text beside the text; only where there is nothing else is it the picture that was meant. */
  function refusePictures(data) {
    const kinds = [...(data?.types ?? [])];
    if (!data?.files.length || kinds.includes("text/html") || kinds.includes("text/plain")) return false;
    note.textContent = NO_PICTURES;
    return true;
  }

  function write() {
    source.value = editor.isEmpty ? "" : editor.getHTML();
    count();
    source.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const counter = holder.querySelector("[data-editor-count]");
  const limit = Number(holder.dataset.limit);
  function count() {
    const used = [...editor.getText().replace(/[\s\u200b\u2060]/gu, "")].length;
    counter.textContent = `${used}/${limit} 字`;
    counter.toggleAttribute("aria-live", used > limit * NEAR);
    counter.classList.toggle("field-count-over", used > limit);
  }

  /* Somebody else's words, or a copy kept in this browser, are put into the source by the page. */
  source.addEventListener("editor:read", () => {
    if (source.value !== (editor.isEmpty ? "" : editor.getHTML())) editor.commands.setContent(source.value, { emitUpdate: false });
    count();
  });

  holder.dataset.editorOn = "";
  source.disabled = false;
  area.disabled = area.hidden = true;
  area.removeAttribute("id");
  toolbar(holder.querySelector("[role=toolbar]"), editor);
  count();
  if (typed !== null) write();
}

/* The editor takes the place of the text area for labels, notes, errors and the links that lead to it. */
function naming(area) {
  const label = document.querySelector(`label[for="${area.id}"]`);
  if (label) {
    label.id ||= `${area.id}_label`;
    label.addEventListener("click", () => document.getElementById(label.htmlFor)?.focus());
  }
  const names = { id: area.id, class: "editor-text rich", role: "textbox", "aria-multiline": "true" };
  if (label) names["aria-labelledby"] = label.id;
  for (const name of ["aria-describedby", "aria-invalid"]) if (area.hasAttribute(name)) names[name] = area.getAttribute(name);
  return names;
}

function paragraphs(text) {
  const holder = document.createElement("div");
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    holder.append(paragraph);
  }
  return holder.innerHTML;
}
