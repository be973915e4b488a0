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
      ...(data.close ? this.near(data.points, projection) : {}),
    };
    const picked = (id) => selection.current === id;
    option.series = [
      {
        type: "lines", coordinateSystem: "geo", z: 3, silent: true,
        data: data.lines.map((coords) => ({ coords, lineStyle: { color: colours.thread, width: 2, curveness: 0.15 } })),
      },
      {
        type: "scatter", coordinateSystem: "geo", z: 4,
        data: data.points.map((point) => ({
          value: point.at, id: point.id, said: `${point.name}: ${point.words}${data.unit ? ` ${data.unit}` : ""}`,
          symbolSize: (picked(point.id) ? 6 : 0) + (data.close ? 12 : 8 + 20 * Math.sqrt(point.value / most)),
          itemStyle: { color: data.close || picked(point.id) ? colours.thread : colours.six[0], opacity: data.close ? 1 : 0.75, borderColor: colours.paper, borderWidth: 1 },
          label: { show: Boolean(point.label), formatter: point.label ?? "", position: "top", distance: 8, color: colours.ink, fontSize: 14, textBorderColor: colours.paper, textBorderWidth: 3 },
        })),
        labelLayout: { hideOverlap: false, moveOverlap: "shiftY" },
      },
    ];
    return option;
  },
  // Centre and zoom so that all points are seen with land around them.
  near(points, projection) {
    const flat = points.map((point) => projection(point.at));
    const spread = (axis) => [Math.min(...flat.map((p) => p[axis])), Math.max(...flat.map((p) => p[axis]))];
    const [left, right] = spread(0);
    const [top, bottom] = spread(1);
    const world = [projection([-180, 0]), projection([180, 0])];
    const whole = world[1][0] - world[0][0];
    const wide = Math.max(right - left, 2 * (bottom - top), whole / 24);
    return { center: [(left + right) / 2, (top + bottom) / 2], zoom: Math.min(12, Math.max(1, (0.55 * whole) / wide)) };
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
  // Bars read their data once; when it changes they are drawn anew from it.
  document.addEventListener("clew:data", () => {
    for (const place of document.querySelectorAll('[data-chart="bars"]')) {
      const chart = echarts.getInstanceByDom(place);
      if (chart) chart.setOption(charts.bars(theme.data(place), theme.read()), true);
    }
  });
});
