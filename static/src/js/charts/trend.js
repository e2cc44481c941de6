import { use } from "echarts/core";
import { CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { percent, still, text, token } from "./look.js";

use([CustomChart, LineChart, GridComponent, LegendComponent, TooltipComponent]);

/* {labels, unit, series: [{label, values}], target, goal, stepped, range}: lines over days or years against what is to be reached, a dashed
   gold line. `range` is where the last label may lie: [low, likely, high]. */
export function drawTrend(chart, { labels, unit = "", series, target, goal, stepped, range }) {
  const colours = [token("red"), token("blue"), token("green"), token("amber")];
  const lines = series.map(({ label, values }, index) => ({
    name: label,
    type: "line",
    data: values.map((value, place) => (place === 0 ? { value, label: { position: "bottom" } } : value)),
    symbol: "circle",
    symbolSize: 7,
    lineStyle: { width: 2.5 },
    color: colours[index % colours.length],
    label: { show: series.length === 1, formatter: ({ value, dataIndex }) => (isWritten(dataIndex, values) && !(range && dataIndex === values.length - 1) ? percent(value) : ""), color: token("ink-soft") },
  }));
  const path = { name: goal, type: "line", step: stepped ? "middle" : false, data: target, symbol: "none", color: token("gold"), lineStyle: { type: "dashed", width: 2 } };
  const all = [...lines, ...(target?.some((value) => value !== null) ? [path] : []), ...(range ? foretold(labels.length - 1, range, series[0].values) : [])];
  chart.setOption({
    animation: !still,
    textStyle: text(),
    grid: { left: 8, right: 20, top: 44, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemHeight: 4, itemWidth: 18, textStyle: text(), data: all.map(({ name }) => name) },
    tooltip: { trigger: "axis", formatter: (points) => describe(points, unit, range && points[0].dataIndex === labels.length - 1 ? range : null), confine: true, borderColor: token("line-strong") },
    xAxis: { type: "category", data: labels, boundaryGap: true, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } } },
    yAxis: { type: "value", min: 0, max: 1, interval: 0.2, axisLabel: { formatter: (value) => `${Math.round(value * 100)}%` }, splitLine: { lineStyle: { color: token("line") } } },
    series: all,
  });
}

/* From the last figure to where it may lead: a dotted line, and a bar from the lowest to the highest. */
function foretold(place, [low, likely, high], values) {
  const ahead = { color: token("blue"), z: 3 };
  const start = Array(values.length - 1).fill(null);
  return [
    { ...ahead, name: "推算", type: "line", data: [...start, values.at(-1), likely], symbol: "emptyCircle", symbolSize: 7, lineStyle: { type: "dotted", width: 2 },
      label: { show: true, formatter: ({ dataIndex, value }) => (dataIndex === place ? percent(value) : ""), color: token("ink-soft") } },
    { ...ahead, name: "可能范围", type: "custom", data: [[place, low, high]], renderItem: (params, api) => {
      const [x, top] = api.coord([api.value(0), api.value(2)]);
      const bottom = api.coord([api.value(0), api.value(1)])[1];
      return { type: "rect", shape: { x: x - 5, y: top, width: 10, height: Math.max(2, bottom - top), r: 3 }, style: { fill: token("blue"), opacity: 0.25 } };
    } },
  ];
}

/* Many numbers would be written over each other: then only the first and the last are. */
function isWritten(index, { length }) {
  return length <= 6 || index === 0 || index === length - 1;
}

/* Our own words instead of the built-in ones, whose markup carries styles that the content policy refuses. */
function describe(points, unit, range) {
  const lines = points.filter(({ seriesType, value }) => seriesType === "line" && value !== null && value !== undefined).map(({ seriesName, value }) => `<br>${seriesName} ${percent(value)}`);
  const spread = range ? `<br>可能范围 ${percent(range[0])}—${percent(range[2])}` : "";
  return `<strong>${points[0].name}${unit}</strong>${lines.join("")}${spread}`;
}
