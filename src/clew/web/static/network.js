// The network of a lead (Cytoscape): records are rings, shared identifiers are filled, hubs are diamonds.
"use strict";
const network = {
  // Identifiers in the middle, records around them: the same picture every time, without chance.
  seats(data) {
    const inner = data.nodes.filter((node) => !node.record);
    const outer = data.nodes.filter((node) => node.record);
    const seats = {};
    const ring = (nodes, radius) => nodes.forEach((node, at) => {
      const turn = (2 * Math.PI * at) / Math.max(nodes.length, 1);
      seats[node.id] = { x: radius * Math.cos(turn), y: radius * Math.sin(turn) };
    });
    ring(inner, inner.length > 1 ? 70 : 0);
    ring(outer, 180);
    return seats;
  },
  // With many identifiers their names would lie on one another: then only what is picked is named.
  style(colours, data) {
    const named = data.nodes.filter((node) => !node.record).length <= 12;
    return [
      { selector: "node", style: {
        "background-color": colours.card, "border-width": 2, "border-color": colours.six[0], width: 14, height: 14,
        "font-family": colours.font, "font-size": 11, color: colours.ink, "text-outline-color": colours.card, "text-outline-width": 2,
      } },
      { selector: "node[!record]", style: { "background-color": colours.six[0], width: 20, height: 20, label: named ? "data(short)" : "", "text-valign": "bottom", "text-margin-y": 4 } },
      { selector: "node[?hub]", style: { shape: "diamond", "background-color": colours.rest, "border-color": colours.rest } },
      { selector: "edge", style: { width: "mapData(weight, 0, 1, 0.8, 2)", "line-color": colours.line, "curve-style": "straight" } },
      { selector: ".near", style: { "line-color": colours.thread, "border-color": colours.thread, width: 2 } },
      { selector: "node.near", style: { width: 16, height: 16 } },
      { selector: "node.near[!record]", style: { width: 20, height: 20, label: "data(short)" } },
      { selector: "node.picked", style: { "background-color": colours.thread, "border-color": colours.thread, width: 24, height: 24, label: "data(short)", "text-valign": "bottom", "text-margin-y": 4 } },
    ];
  },
  elements(data) {
    const seats = this.seats(data);
    const short = (text) => (text.length > 22 ? `${text.slice(0, 21)}…` : text);
    const here = new Set(data.nodes.map((node) => node.id));
    return [
      ...data.nodes.map((node) => ({ data: { ...node, short: short(node.label) }, position: seats[node.id] })),
      ...data.edges.filter((edge) => here.has(edge.source) && here.has(edge.target)).map((edge) => ({ data: { ...edge, weight: Math.min(1, edge.weight) } })),
    ];
  },
  draw(place) {
    const data = theme.data(place);
    if (!data.nodes.length) return;
    const cy = cytoscape({
      container: place, elements: this.elements(data), style: this.style(theme.read(), data),
      layout: { name: "cose", randomize: false, animate: false, nodeRepulsion: () => 9000, idealEdgeLength: () => 60, padding: 24 },
      userZoomingEnabled: false, boxSelectionEnabled: false, autoungrabify: true,
    });
    place.cy = cy;
    theme.follow(() => cy.style(this.style(theme.read(), data)));
    cy.on("tap", "node", (event) => selection.pick(event.target.id()));
    selection.listen((name) => {
      cy.elements().removeClass("picked near");
      const node = cy.getElementById(name);
      if (node.empty()) return;
      node.addClass("picked");
      node.connectedEdges().addClass("near").connectedNodes().not(node).addClass("near");
    });
    new ResizeObserver(() => {
      cy.resize();
      cy.fit(undefined, 24);
      cy.nodes().style("font-size", 12 / cy.zoom()); // letters keep their size however small the picture is
    }).observe(place);
  },
};
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll('[data-chart="network"]')) network.draw(place);
});
