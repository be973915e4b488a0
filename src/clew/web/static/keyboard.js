// Drawings by keyboard: arrow keys go from one thing to the next, what is picked is said, Escape lets go.
"use strict";
const steps = {
  // What a drawing holds, in the order of its data: nodes of the graph, places of the map, adverts in time.
  list(place) {
    const data = theme.data(place);
    const kind = place.dataset.steps;
    if (kind === "nodes") return [...data.nodes.filter((node) => !node.record), ...data.nodes.filter((node) => node.record)].map((node) => ({ id: node.id, said: `${node.kind} ${node.label}, ${data.edges.filter((edge) => edge.source === node.id || edge.target === node.id).length} links` }));
    if (kind === "points") return data.points.map((point) => ({ id: point.id, said: `${point.name}, ${point.words}` }));
    return data.times.map((time) => ({ id: time.record, said: `${time.name}, ${time.at.slice(0, 10)}, ${time.place}` }));
  },
  attach(place) {
    const list = this.list(place);
    const said = document.querySelector(`[data-said="${place.dataset.steps}"]`);
    let at = -1;
    place.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
      if (event.key === "Escape") {
        at = -1;
        selection.pick(null);
        said.textContent = "";
      }
      if (step === undefined || !list.length) return;
      event.preventDefault();
      at = Number.isFinite(step) ? (at < 0 && step < 0 ? list.length - 1 : (at + step + list.length) % list.length) : step < 0 ? 0 : list.length - 1;
      selection.pick(list[at].id);
      said.textContent = `${at + 1} of ${list.length}: ${list[at].said}`;
    });
  },
};
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("[data-steps]")) steps.attach(place);
});
