// Flows on a world map: polygons only, in Natural Earth's projection, joined on numeric ISO codes.
"use strict";
const atlas = {
  world: null,
  centres: {},
  async load() {
    const answer = await fetch("/static/vendor/countries-50m.json");
    const topology = await answer.json();
    const shapes = topojson.feature(topology, topology.objects.countries);
    shapes.features = shapes.features.filter((shape) => shape.id !== "010"); // Antarctica takes a fifth of the page
    for (const shape of shapes.features) {
      shape.properties = { name: shape.id ?? `unnumbered ${shape.properties.name}`, said: shape.properties.name };
      if (shape.id && !this.centres[shape.id]) this.centres[shape.id] = d3.geoCentroid(this.mainland(shape));
    }
    this.world = shapes;
    echarts.registerMap("world", shapes);
  },
  // The largest part, so that a line to France does not end in the Atlantic.
  mainland(shape) {
    if (shape.geometry.type !== "MultiPolygon") return shape;
    const parts = shape.geometry.coordinates.map((coordinates) => ({ type: "Polygon", coordinates }));
    return parts.reduce((best, part) => (d3.geoArea(part) > d3.geoArea(best) ? part : best));
  },
  option(data, colours) {
    const hatch = theme.hatch(colours);
    const projection = d3.geoNaturalEarth1();
    const most = Math.max(1, ...data.lines.map((line) => line.value));
    const width = (value) => 1 + 3 * Math.sqrt(value / most);
    const known = data.lines.filter((line) => this.centres[line.from] && this.centres[line.to]);
    const option = charts.base(colours);
    option.tooltip.formatter = (point) => (point.data && point.data.said ? point.data.said : "");
    option.geo = {
      map: "world", roam: false, silent: true, left: 4, right: 4, top: 4, bottom: 4,
      projection: { project: (point) => projection(point), unproject: (point) => projection.invert(point), stream: projection.stream },
      itemStyle: { areaColor: colours.land, borderColor: colours.paper, borderWidth: 0.5 },
      regions: data.countries.filter((country) => country.code).map((country) => ({
        name: country.code,
        itemStyle: country.suppressed ? { areaColor: hatch, borderColor: colours.quiet } : { areaColor: colours.shades[0] },
      })),
    };
    option.series = [
      {
        type: "lines", coordinateSystem: "geo", z: 3,
        data: known.filter((line) => !line.within).map((line) => ({
          coords: [this.centres[line.from], this.centres[line.to]], id: line.id, said: `${line.name}: ${line.words} cases`,
          lineStyle: {
            curveness: 0.25, width: selection.current === line.id ? Math.max(3, width(line.value)) : width(line.value),
            color: colours.thread, opacity: selection.current && selection.current !== line.id ? 0.2 : 0.85,
            type: line.suppressed ? [3, 4] : "solid",
          },
        })),
      },
      {
        type: "scatter", coordinateSystem: "geo", z: 4,
        data: known.map((line) => ({
          value: this.centres[line.to], id: line.id, said: line.within ? `Within ${line.name.split(" to ")[0]}: ${line.words} cases` : `${line.name}: ${line.words} cases`,
          symbol: line.within ? "emptyCircle" : "circle", symbolSize: line.within ? 6 + 2 * width(line.value) : 4 + width(line.value),
          itemStyle: { color: colours.thread, opacity: selection.current && selection.current !== line.id ? 0.2 : 1 },
        })),
      },
    ];
    return option;
  },
  async draw(place) {
    const data = theme.data(place);
    await this.load();
    const chart = echarts.init(place, null, { renderer: "canvas" });
    const fresh = () => chart.setOption(this.option(data, theme.read()), true);
    theme.follow(fresh);
    selection.listen(fresh);
    chart.on("click", (point) => point.data && point.data.id && selection.pick(point.data.id));
    new ResizeObserver(() => chart.resize()).observe(place);
    place.dataset.drawn = "yes";
  },
};
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll('[data-chart="map"]')) atlas.draw(place);
});
