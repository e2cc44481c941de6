import { registerMap, use } from "echarts/core";
import { MapChart } from "echarts/charts";
import { TooltipComponent, VisualMapComponent } from "echarts/components";
import { percent, still, text, token } from "./look.js";

use([MapChart, TooltipComponent, VisualMapComponent]);

/* {values: [{code, name, value, count, total, url}], target}: the counties, deeper where more is reached; a click opens the county. */
export async function drawMap(chart, { geojson, values, target }, element) {
  const response = await fetch(element.dataset.geojson ?? geojson);
  const shapes = await response.json();
  shapes.features.forEach(({ properties }) => { properties.cp = properties.label_point; });
  registerMap("counties", shapes);
  const byCode = new Map(values.map((row) => [row.code, row]));
  chart.setOption({
    animation: !still,
    textStyle: text(),
    tooltip: { confine: true, formatter: ({ data }) => (data?.row ? describe(data.row, target) : "") },
    visualMap: { type: "continuous", min: 0, max: 1, left: 0, bottom: 0, itemHeight: 110, text: ["100%", "0%"], inRange: { color: ["#fbeceb", "#e9a7a4", token("red")] }, textStyle: text() },
    series: [{
      type: "map",
      map: "counties",
      top: 8,
      bottom: 8,
      label: { show: true, formatter: ({ name, data }) => `${name}\n${percent(data?.value)}`, color: token("ink"), fontSize: 12, lineHeight: 17, textBorderColor: "#fff", textBorderWidth: 2 },
      itemStyle: { borderColor: "#fff", borderWidth: 1.5, areaColor: token("line") },
      emphasis: { itemStyle: { areaColor: token("gold") }, label: { color: token("ink") } },
      select: { disabled: true },
      data: shapes.features.map(({ properties: { code, name } }) => ({ name, value: byCode.get(code)?.value ?? null, row: byCode.get(code) })),
    }],
  });
  chart.on("click", ({ data }) => { if (data?.row?.url) location.assign(data.row.url); });
}

function describe({ name, value, count, total }, target) {
  const goal = target === null || target === undefined ? "" : `<br>目标 ${percent(target)}`;
  return `<strong>${name}</strong><br>${percent(value)}（${count}/${total}）${goal}`;
}
