/* What is pasted from Word, WPS or a page elsewhere, with its structure and without its mess: headings, lists, tables, bold and underline stay;
   fonts, styles, comments, revisions that were struck out and pictures go. */
const JUNK = "script, style, meta, link, title, xml, head, del, [data-was*='mso-element:comment'], [data-was*='mso-element:footnote'],"
  + " [data-was*='mso-hide:all'], [data-was*='display:none'], .MsoCommentReference, .msocomanchor, .msocomtxt, a[id^='_anchor'], hr.msocomoff";
const PICTURES = "img, picture, svg, canvas, object, v\\:shape, v\\:imagedata, v\\:group";
const KEPT = new Set("P H3 H4 STRONG EM U OL UL LI BR TABLE TBODY TR TH TD".split(" "));
const RENAMED = { B: "strong", I: "em", H1: "h3", H2: "h3", H5: "h4", H6: "h4" };
const BLOCKS = "p, h3, h4, ol, ul, table, div, section, article, blockquote, pre";
const CHAPTER = /^[一二三四五六七八九十百]+、/; // 一、组织领导
const SECTION = /^[（(][一二三四五六七八九十百]+[）)]/; // （一）健全组织
const LONGEST_HEADING = 40;
const CJK = "[\\u2e80-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef\\u3000-\\u303f]";
const WRAPPED = new RegExp(`(${CJK})[ \\t]*\\r?\\n[ \\t]*(?=${CJK})`, "g"); // a line that Word broke in its source: no blank between Chinese letters

export function fromElsewhere(html) {
  const body = parse(html);
  const pictures = count(body);
  comments(body);
  body.querySelectorAll(JUNK).forEach((each) => each.remove());
  body.querySelectorAll(PICTURES).forEach((each) => each.remove());
  emphasize(body);
  rename(body);
  lists(body);
  headings(body);
  strip(body);
  tidy(body);
  return { html: body.innerHTML, pictures };
}

/* Styles are read and never applied, handlers never run: under other names our content policy has nothing to refuse. */
function parse(html) {
  const text = html
    .replace(/^[\s\S]*?<!--\s*StartFragment\s*-->([\s\S]*?)<!--\s*EndFragment\s*-->[\s\S]*$/i, "$1")
    .replace(/<!--\[if [^\]]*vml[^\]]*\]>[\s\S]*?<!\[endif\]-->/gi, (drawing) => (/imagedata/i.test(drawing) ? "<img>" : ""))
    .replace(/<!\[if !supportLists\]>([\s\S]*?)<!\[endif\]>/gi, "<span data-marker>$1</span>")
    .replace(/<!(?:--)?\[(?:if|endif)[^>]*>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle(\s*=)/gi, " data-was$1").replace(/\son(\w+\s*=)/gi, " data-on-$1"))
    .replace(WRAPPED, "$1");
  const body = new DOMParser().parseFromString(text, "text/html").body;
  body.querySelectorAll("[data-was]").forEach((each) => { each.dataset.was = each.dataset.was.replace(/\s*([:;])\s*/g, "$1").toLowerCase(); });
  return body;
}

/* Word sends the drawing and the picture that stands for it: what is seen is one. */
function count(body) {
  return Math.min(1, body.querySelectorAll(PICTURES).length);
}

function comments(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  found.forEach((each) => each.remove());
}

/* Bold and underline that are only said in a style; and <b style="font-weight:normal">, which is how some put the whole text. */
function emphasize(body) {
  body.querySelectorAll("[data-was]").forEach((each) => {
    const { was } = each.dataset;
    const weight = /(?:^|;)font-weight:(\w+)/.exec(was)?.[1];
    if (/^(B|STRONG)$/.test(each.tagName) && weight === "normal") return void each.replaceWith(...each.childNodes);
    if (!/^(SPAN|FONT|P)$/.test(each.tagName) || !each.textContent.trim()) return;
    if (weight === "bold" || Number(weight) >= 600) wrap(each, "strong");
    if (/(?:^|;)text-decoration(?:-line)?:[^;]*underline/.test(was)) wrap(each, "u");
  });
}

function wrap(element, tag) {
  const inner = document.createElement(tag);
  inner.append(...element.childNodes);
  element.append(inner);
}

function rename(body) {
  body.querySelectorAll(Object.keys(RENAMED).join(",").toLowerCase()).forEach((each) => retag(each, RENAMED[each.tagName]));
}

function retag(element, tag) {
  const made = document.createElement(tag);
  for (const name of ["class", "data-was"]) if (element.hasAttribute(name)) made.setAttribute(name, element.getAttribute(name));
  made.append(...element.childNodes);
  element.replaceWith(made);
  return made;
}

/* Word's lists are paragraphs with a marker in front: "mso-list:l0 level2 lfo1". Runs of them become real lists. */
function lists(body) {
  let open = []; // of each level: { list, item, id }
  let last = null;
  for (const paragraph of [...body.querySelectorAll("p, h3, h4")]) {
    const found = /mso-list:l\d+ level(\d+)/.exec(paragraph.dataset.was ?? "");
    const marker = paragraph.querySelector("[data-marker], [data-was*='mso-list:ignore']");
    if (!found || !marker || paragraph.closest("li")) continue;
    const words = marker.textContent.replace(/[\s\u00a0]+/g, "");
    const level = Math.min(Number(found[1]), 6);
    const follows = last && nextBlock(last) === paragraph;
    const kind = /^[\d０-９]+[.、．）)]?$|^[（(]\d+[）)]$|^[①-⑳]$|^[a-zA-Z][.、)）]$/.test(words) ? "ol" : "ul"; // a letter alone draws a Wingdings dot
    if (paragraph.localName !== "p" || CHAPTER.test(words) || SECTION.test(words) || /^[一二三四五六七八九十]+$|^第.+[章节条]$/.test(words)) {
      marker.replaceWith(words); // 一、 is a heading's number, and stays a part of its words
      open = [];
      continue;
    }
    if (!follows) open = [];
    const begins = !open[level - 1];
    if (kind === "ol" && begins && !/^[（(]?(?:1|１|a|A|①|i|I)\D*$/.test(words)) {
      marker.replaceWith(words); // a list that goes on after something else keeps the number that it had
      open = [];
      continue;
    }
    marker.remove();
    const item = document.createElement("li");
    const inner = document.createElement("p");
    open = open.slice(0, level);
    if (open[level - 1]?.list.localName !== kind) {
      const list = document.createElement(kind);
      const parent = open.slice(0, level - 1).filter(Boolean).at(-1);
      if (parent) parent.item.append(list);
      else paragraph.before(list);
      open[level - 1] = { list };
    }
    inner.append(...paragraph.childNodes);
    item.append(inner);
    open[level - 1].list.append(item);
    open[level - 1].item = item;
    last = open.find(Boolean).list;
    paragraph.remove();
  }
}

function nextBlock(element) {
  let next = element.nextSibling;
  while (next && next.nodeType !== Node.ELEMENT_NODE && !next.textContent.trim()) next = next.nextSibling;
  return next;
}

/* Headings by Word's own styles and outline, or as offices number them: 一、 and （一）, when the line is short and no sentence. */
function headings(body) {
  for (const paragraph of [...body.querySelectorAll("p")]) {
    if (paragraph.closest("li, td, th")) continue;
    const text = paragraph.textContent.replace(/\s+/g, "");
    const name = paragraph.className;
    const outline = Number(/mso-outline-level:(\d)/.exec(paragraph.dataset.was ?? "")?.[1] ?? 0);
    const styled = /^(?:Mso)?(?:Heading|标题)\s*(\d)?/i.exec(name);
    const level = outline || (styled ? Number(styled[1] ?? 1) : 0);
    const short = text && text.length <= LONGEST_HEADING && !/[。；;，,：:]$/.test(text);
    const numbered = short && (CHAPTER.test(text) ? 1 : SECTION.test(text) ? 3 : 0);
    if ((level && level <= 6 && text) || name === "MsoTitle" || numbered) retag(paragraph, (level || numbered || 1) <= 2 ? "h3" : "h4");
  }
  body.querySelectorAll("h3 strong, h4 strong, h3 u, h4 u, h3 em, h4 em").forEach((each) => each.replaceWith(...each.childNodes));
}

/* Only the elements that are kept, and of their attributes only spans. What is a block for itself becomes a paragraph. */
function strip(body) {
  for (const element of [...body.querySelectorAll("*")].reverse()) {
    if (KEPT.has(element.tagName)) {
      for (const { name } of [...element.attributes]) if (name !== "colspan" && name !== "rowspan") element.removeAttribute(name);
    } else if (/^(DIV|SECTION|ARTICLE|BLOCKQUOTE|PRE|DT|DD|CAPTION|FIGCAPTION)$/.test(element.tagName) && !element.querySelector(BLOCKS)) {
      retag(element, "p").removeAttribute("class");
    } else {
      element.replaceWith(...element.childNodes);
    }
  }
  body.querySelectorAll("p").forEach((each) => { each.removeAttribute("data-was"); each.removeAttribute("class"); });
}

function tidy(body) {
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) walker.currentNode.data = walker.currentNode.data.replace(/\u00a0/g, " ").replace(/[\u200b\ufeff]/g, "");
  body.querySelectorAll("strong, em, u").forEach((each) => { if (!each.textContent) each.remove(); });
  body.querySelectorAll("p, h3, h4").forEach((each) => {
    if (!each.textContent.trim() && !each.querySelector("br") && !each.closest("td, th, li")) each.remove();
    else leading(each);
  });
}

/* Two blanks in front of a paragraph are an indent, which ours have none of. */
function leading(paragraph) {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    walker.currentNode.data = walker.currentNode.data.replace(/^[\s\u3000]+/, "");
    if (walker.currentNode.data) return;
  }
}
