/* [data-chart]: the data lies in a <script type="application/json"> right beside it, a table with the same figures follows on the page. */
import * as echarts from "echarts/core";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { drawMap } from "./map.js";
import { offerPicture } from "./picture.js";
import { drawTrend } from "./trend.js";

echarts.use([CanvasRenderer, SVGRenderer]);

const KINDS = { trend: drawTrend, map: drawMap };

export function start(root) {
  root.querySelectorAll("[data-chart]").forEach(async (element) => {
    const script = element.dataset.source
      ? document.getElementById(element.dataset.source)
      : element.parentElement.querySelector("script[type='application/json']");
    const draw = (chart) => KINDS[element.dataset.chart](chart, JSON.parse(script.textContent), element);
    const chart = echarts.init(element, null, { renderer: "svg" });
    await draw(chart);
    new ResizeObserver(() => chart.resize()).observe(element);
    offerPicture(element, draw);
  });
}
