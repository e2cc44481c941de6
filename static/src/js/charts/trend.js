import { use } from "echarts/core";
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { percent, still, text, token } from "./look.js";

use([LineChart, GridComponent, LegendComponent, TooltipComponent]);

/* {years, series: [{label, values}], target}: lines over the years against the target, a stepped dashed gold line. */
export function drawTrend(chart, { years, series, target }) {
  const colours = [token("red"), token("blue"), token("green"), token("amber")];
  const lines = series.map(({ label, values }, index) => ({
    name: label,
    type: "line",
    data: values.map((value, place) => (place === 0 ? { value, label: { position: "bottom" } } : value)),
    symbol: "circle",
    symbolSize: 7,
    lineStyle: { width: 2.5 },
    color: colours[index % colours.length],
    label: { show: series.length === 1, formatter: ({ value, dataIndex }) => (isWritten(dataIndex, years) ? percent(value) : ""), color: token("ink-soft") },
  }));
  const goal = {
    name: "目标",
    type: "line",
    step: "middle",
    data: target,
    symbol: "none",
    color: token("gold"),
    lineStyle: { type: "dashed", width: 2 },
  };
  chart.setOption({
    animation: !still,
    textStyle: text(),
    grid: { left: 8, right: 20, top: 44, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, icon: "roundRect", itemHeight: 4, itemWidth: 18, textStyle: text() },
    tooltip: { trigger: "axis", formatter: describe, confine: true, borderColor: token("line-strong") },
    xAxis: { type: "category", data: years.map(String), boundaryGap: true, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } } },
    yAxis: { type: "value", min: 0, max: 1, interval: 0.2, axisLabel: { formatter: (value) => `${Math.round(value * 100)}%` }, splitLine: { lineStyle: { color: token("line") } } },
    series: target?.length ? [...lines, goal] : lines,
  });
}

/* Many years would write their numbers over each other: then only the first and the last do. */
function isWritten(index, { length }) {
  return length <= 6 || index === 0 || index === length - 1;
}

/* Our own words instead of the built-in ones, whose markup carries styles that the content policy refuses. */
function describe(points) {
  const lines = points.map(({ seriesName, value }) => `<br>${seriesName} ${percent(value)}`);
  return `<strong>${points[0].name}年</strong>${lines.join("")}`;
}
