// Points on the world map, and lines between them: areas of contacts, stages of a journey. Uses the atlas of map.js.
"use strict";
const places = {
  option(data, colours) {
    const projection = d3.geoNaturalEarth1();
    const most = Math.max(1, ...data.points.map((point) => point.value));
    const option = charts.base(colours);
    option.tooltip.formatter = (point) => (point.data && point.data.said ? point.data.said : "");
    option.geo = {
      map: "world", roam: false, silent: true, left: 4, right: 4, top: 4, bottom: 4,
      projection: { project: (point) => projection(point), unproject: (point) => projection.invert(point), stream: projection.stream },
      itemStyle: { areaColor: colours.land, borderColor: colours.paper, borderWidth: 0.5 },
      ...(data.points.length ? this.near(data.points, projection, data.close ? 24 : 8) : {}),
    };
    const picked = (id) => selection.current === id;
    option.series = [
      {
        type: "lines", coordinateSystem: "geo", z: 3, silent: true,
        data: data.lines.map((coords) => ({ coords, lineStyle: { color: colours.thread, width: 2, curveness: 0.15 } })),
      },
      {
        type: "scatter", coordinateSystem: "geo", z: 4,
        data: data.points.map((point, at) => ({
          value: point.at, id: point.id, said: `${point.name}: ${point.words}${data.unit ? ` ${data.unit}` : ""}`,
          symbolSize: (picked(point.id) ? 6 : 0) + (data.close ? 12 : 8 + 20 * Math.sqrt(point.value / most)),
          itemStyle: { color: data.close || picked(point.id) ? colours.thread : colours.six[0], opacity: data.close ? 1 : 0.75, borderColor: colours.paper, borderWidth: 1 },
          label: { show: Boolean(point.label), formatter: point.label ?? "", position: at % 2 ? "bottom" : "top", distance: 8, color: colours.ink, fontSize: 14, textBorderColor: colours.paper, textBorderWidth: 3 },
        })),
      },
    ];
    return option;
  },
  // Centre and zoom so that all points are seen with land around them.
  near(points, projection, most) {
    const flat = points.map((point) => projection(point.at));
    const spread = (axis) => [Math.min(...flat.map((p) => p[axis])), Math.max(...flat.map((p) => p[axis]))];
    const [left, right] = spread(0);
    const [top, bottom] = spread(1);
    const world = [projection([-180, 0]), projection([180, 0])];
    const whole = world[1][0] - world[0][0];
    const wide = Math.max(right - left, 2 * (bottom - top), whole / most);
    return { center: [(left + right) / 2, (top + bottom) / 2], zoom: Math.min(12, Math.max(1, (0.55 * whole) / wide)) };
  },
  // Stages one below the other, each from its first day to its last; a dot where only one of them is known.
  stages(data, colours) {
    const option = charts.base(colours);
    option.grid = { left: 110, right: 24, top: 12, bottom: 28 };
    option.tooltip.formatter = (point) => data.stages[point.seriesIndex].said;
    option.xAxis = charts.axis(colours, { type: "time", splitNumber: 3, boundaryGap: ["4%", "4%"], axisLabel: { color: colours.quiet, fontSize: 14, formatter: "{yyyy}-{MM}", hideOverlap: true } });
    option.yAxis = charts.axis(colours, { type: "category", inverse: true, data: data.stages.map((stage) => stage.name), axisLabel: { color: colours.ink, fontSize: 14 } });
    option.series = data.stages.map((stage) => ({
      type: "line", data: [...new Set([stage.from, stage.to])].map((at) => [at, stage.name]), symbol: "circle", symbolSize: 10,
      lineStyle: { width: 4, color: colours.thread }, itemStyle: { color: colours.thread },
    }));
    return option;
  },
  line(place) {
    const chart = echarts.init(place, null, { renderer: "canvas" });
    theme.follow(() => chart.setOption(this.stages(theme.data(place), theme.read()), true));
    new ResizeObserver(() => chart.resize()).observe(place);
  },
  async draw(place) {
    if (!atlas.world) await atlas.load();
    const chart = echarts.init(place, null, { renderer: "canvas" });
    const fresh = () => chart.setOption(this.option(theme.data(place), theme.read()), true);
    theme.follow(fresh);
    selection.listen(fresh);
    document.addEventListener("clew:data", fresh);
    chart.on("click", (point) => point.data && point.data.id && selection.pick(point.data.id));
    new ResizeObserver(() => chart.resize()).observe(place);
    place.dataset.drawn = "yes";
  },
};
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll('[data-chart="places"]')) places.draw(place);
  for (const place of document.querySelectorAll('[data-chart="stages"]')) places.line(place);
  // Bars read their data once; when it changes they are drawn anew from it.
  document.addEventListener("clew:data", () => {
    for (const place of document.querySelectorAll('[data-chart="bars"]')) {
      const chart = echarts.getInstanceByDom(place);
      if (chart) chart.setOption(charts.bars(theme.data(place), theme.read()), true);
    }
  });
});
