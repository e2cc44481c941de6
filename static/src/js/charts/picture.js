/* A chart as a picture for a report or a talk: drawn anew on a canvas, twice as fine, under the heading of its card. */
import * as echarts from "echarts/core";

const WIDTH = 960;
const HEIGHT = 540;

export function offerPicture(element, draw) {
  const card = element.closest(".panel");
  const title = card?.querySelector("h2")?.textContent.trim();
  if (!title) return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-ghost btn-small no-print", textContent: "下载图片" });
  button.setAttribute("aria-label", `下载图片：${title}`);
  button.addEventListener("click", () => save(title, element.dataset.about ?? document.title, draw));
  element.after(button);
}

async function save(title, about, draw) {
  const board = echarts.init(document.createElement("canvas"), null, { renderer: "canvas", width: WIDTH, height: HEIGHT, devicePixelRatio: 2 });
  await draw(board);
  board.setOption({ animation: false });
  const framed = frame(board.getRenderedCanvas({ backgroundColor: "#fff", pixelRatio: 2 }), title, about);
  framed.toBlob((blob) => {
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${about} ${title}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    board.dispose();
  }, "image/png");
}

/* The words that stand above the chart on its page go with it. */
function frame(chart, title, about) {
  const head = 120;
  const framed = Object.assign(document.createElement("canvas"), { width: chart.width, height: chart.height + head });
  const pen = framed.getContext("2d");
  const face = getComputedStyle(document.body).fontFamily;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, framed.width, framed.height);
  pen.fillStyle = "#1f2328";
  pen.font = `600 36px ${face}`;
  pen.fillText(title, 32, 56);
  pen.fillStyle = "#57606a";
  pen.font = `26px ${face}`;
  pen.fillText(about, 32, 98);
  pen.drawImage(chart, 0, head);
  return framed;
}
