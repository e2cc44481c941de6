import { registerMap, use } from "echarts/core";
import { MapChart } from "echarts/charts";
import { TooltipComponent } from "echarts/components";
import counties from "../../../../fixtures/jiaxing_counties.geojson";
import { percent, still, text, token } from "./look.js";

use([MapChart, TooltipComponent]);

const NUDGE = { 330402: [16, 4], 330411: [-36, 2] }; // 南湖区 and 秀洲区 lie around each other

counties.features.forEach(({ properties }) => { properties.cp = properties.label_point; });
registerMap("counties", counties);

/* {values: [{code, name, value, count, total, distance, url}], target}: the counties, coloured by how far they are from the target; a click opens one. */
export function drawMap(chart, { values, target }) {
  const byCode = new Map(values.map((row) => [row.code, row]));
  chart.setOption({
    animation: !still,
    textStyle: text(),
    tooltip: { confine: true, borderColor: token("line-strong"), formatter: ({ data }) => (data?.row ? describe(data.row, target) : "") },
    series: [{
      type: "map",
      map: "counties",
      top: 8,
      bottom: 8,
      label: { show: true, formatter: ({ name, data }) => `${name}\n${percent(data?.value)}`, color: token("ink"), fontSize: 12, lineHeight: 17 },
      itemStyle: { borderColor: "#fff", borderWidth: 2 },
      emphasis: { itemStyle: { areaColor: token("gold") }, label: { color: token("ink") } },
      select: { disabled: true },
      data: counties.features.map(({ properties: { code, name } }) => {
        const row = byCode.get(code);
        return { name, value: row?.value ?? null, row, label: { offset: NUDGE[code] ?? [0, 0] }, itemStyle: { areaColor: token(`map-${row?.distance ?? "none"}`) } };
      }),
    }],
  });
  chart.on("click", ({ data }) => { if (data?.row?.url) location.assign(data.row.url); });
}

function describe({ name, value, count, total }, target) {
  const goal = target === null ? "" : `<br>目标 ${percent(target)}`;
  return `<strong>${name}</strong><br>${percent(value)}（${count} / ${total}）${goal}`;
}
