// One selection for the whole page: what is picked in the graph, the timeline, a table or the evidence is marked in all.
"use strict";
const selection = {
  current: null,
  listeners: [],
  listen(reaction) {
    this.listeners.push(reaction);
  },
  pick(name) {
    this.current = name;
    for (const marked of document.querySelectorAll(".is-picked")) marked.classList.remove("is-picked");
    for (const item of document.querySelectorAll("[data-record], [data-node]")) {
      if ((item.dataset.record ?? item.dataset.node) === name) item.classList.add("is-picked");
    }
    for (const link of document.querySelectorAll("[data-select], [data-pick]")) {
      const same = (link.dataset.select ?? link.dataset.pick) === name;
      if (link.tagName === "BUTTON") link.setAttribute("aria-pressed", String(same));
      else if (same) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const reaction of this.listeners) reaction(name);
  },
  // Opens what is folded around an element.
  unfold(element) {
    for (let at = element.parentElement; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  },
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-select], [data-pick]");
  if (link) {
    if (link.hash) selection.unfold(document.querySelector(link.hash));
    selection.pick(link.dataset.select ?? link.dataset.pick);
    return;
  }
  const exhibit = event.target.closest("article[data-record]");
  if (exhibit && !event.target.closest("summary, a, button")) selection.pick(exhibit.dataset.record);
});
