// Bars and the timeline (Apache ECharts), each beside its table.
"use strict";
const charts = {
  base(colours) {
    return {
      animation: false,
      textStyle: { fontFamily: colours.font, color: colours.ink, fontSize: 14 },
      tooltip: {
        renderMode: "richText", backgroundColor: colours.card, borderColor: colours.line,
        textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 14 },
      },
    };
  },
  axis(colours, more) {
    return {
      axisLabel: { color: colours.quiet, fontSize: 14 }, axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false }, splitLine: { lineStyle: { color: colours.line, width: 0.6 } }, ...more,
    };
  },
  bars(data, colours) {
    const hatch = theme.hatch(colours);
    const said = (at) => `${data.labels[at]}: ${data.words ? data.words[at] : data.values[at]} ${data.unit}`;
    const names = this.axis(colours, { type: "category", data: data.labels, inverse: Boolean(data.lying), splitLine: { show: false } });
    if (data.lying) names.axisLabel = { ...names.axisLabel, width: 150, overflow: "break", lineHeight: 16 };
    const values = this.axis(colours, { type: "value", minInterval: 1, axisLine: { show: false }, splitNumber: window.innerWidth < 560 ? 2 : 4, max: data.most, interval: data.most && data.most / 4 });
    const bars = data.values.map((value, at) => ({
      value: value === 0 ? "-" : value, // no bar at all: the smallest bar is for the smallest count
      ...(data.suppressed && data.suppressed[at] ? {
        itemStyle: { color: hatch, borderColor: colours.quiet, borderWidth: 1 },
        label: { show: data.labels.length <= 20, formatter: data.words[at], position: data.lying ? "right" : "top", color: colours.quiet, fontSize: 14 },
      } : {}),
    }));
    const option = this.base(colours);
    option.grid = { left: 8, right: 24, top: 12, bottom: 8, containLabel: true };
    option.tooltip.formatter = (point) => said(point.dataIndex);
    option.xAxis = data.lying ? values : names;
    option.yAxis = data.lying ? names : values;
    option.series = [{ type: "bar", data: bars, barMaxWidth: 22, barMinHeight: 3, itemStyle: { color: colours.six[0], borderRadius: 1 } }];
    return option;
  },
  timeline(data, colours) {
    const places = [...new Set(data.times.map((time) => time.place))];
    const option = this.base(colours);
    const dot = (time) => ({
      value: [time.at, time.place], record: time.record, name: time.name,
      symbolSize: selection.current === time.record ? 16 : 10,
      itemStyle: { color: selection.current === time.record ? colours.thread : colours.six[0], opacity: selection.current === time.record ? 1 : 0.75 },
    });
    option.grid = { left: 8, right: 24, top: 16, bottom: 8, containLabel: true };
    option.tooltip.formatter = (point) => `${point.data.name}\n${point.data.value[0].slice(0, 10)}, ${point.data.value[1]}`;
    option.xAxis = this.axis(colours, { type: "time", splitNumber: 4, boundaryGap: ["3%", "3%"], axisLabel: { color: colours.quiet, fontSize: 14, hideOverlap: true } });
    option.yAxis = this.axis(colours, { type: "category", data: places, inverse: true, axisLabel: { color: colours.quiet, fontSize: 14, width: 110, overflow: "truncate" } });
    option.series = [
      { type: "line", data: data.times.map((time) => [time.at, time.place]), showSymbol: false, silent: true, lineStyle: { color: colours.thread, width: 1, opacity: 0.55 }, z: 1 },
      { type: "scatter", data: data.times.map(dot), z: 2 },
    ];
    return option;
  },
  // Draws every chart below `root` that is not drawn yet.
  draw(root) {
    for (const place of root.querySelectorAll('[data-chart="bars"], [data-chart="timeline"]')) {
      const data = theme.data(place);
      const chart = echarts.init(place, null, { renderer: "canvas" });
      const fresh = () => chart.setOption(this[place.dataset.chart](data, theme.read()), true);
      theme.follow(fresh);
      new ResizeObserver(() => chart.resize()).observe(place);
      if (place.dataset.chart === "timeline") {
        chart.on("click", (point) => point.data && point.data.record && selection.pick(point.data.record));
        selection.listen(fresh);
      }
    }
  },
};
document.addEventListener("DOMContentLoaded", () => charts.draw(document));
document.addEventListener("htmx:after:swap", () => {
  const fresh = document.querySelector("[data-after-swap]");
  if (!fresh || fresh.dataset.drawn) return;
  fresh.dataset.drawn = "yes";
  charts.draw(fresh);
  fresh.focus({ preventScroll: true });
  fresh.scrollIntoView({ block: "start" });
});
