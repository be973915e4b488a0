// Follows the counts by server-sent events and puts them into the page. Without it the page is the same, loaded by hand.
"use strict";
const live = {
  say(words) {
    document.getElementById("following").textContent = words;
  },
  row(name, words, suppressed, short) {
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.dir = "auto";
    if (short) head.className = "when";
    head.textContent = name;
    const cell = document.createElement("td");
    cell.className = suppressed ? "figure hatch" : "figure";
    const said = document.createElement("span");
    said.textContent = words;
    if (suppressed) {
      const unseen = document.createElement("span");
      unseen.className = "unseen";
      unseen.textContent = " (suppressed)";
      said.append(unseen);
    }
    cell.append(said);
    row.append(head, cell);
    return row;
  },
  put(name, rows) {
    document.querySelector(`[data-live="${name}"]`).replaceChildren(...rows);
  },
  show(counts) {
    document.getElementById("total").textContent = counts.total;
    document.getElementById("until").textContent = counts.until;
    document.querySelector('[data-live="finding"]').textContent = counts.finding;
    const areas = counts.areas.map((one) => this.row(one.area, one.words, false, false));
    areas.push(this.row("elsewhere, or not known", counts.elsewhere, counts.elsewhere.startsWith("<"), false));
    this.put("areas", areas);
    this.put("days", [...counts.days].reverse().map((one) => this.row(one.day, one.words, one.suppressed, true)));
    document.getElementById("map-data").textContent = JSON.stringify(counts.map);
    document.getElementById("days-data").textContent = JSON.stringify(counts.chart);
    document.dispatchEvent(new CustomEvent("clew:data"));
  },
  follow() {
    const days = new URLSearchParams(location.search).get("days") ?? "30";
    const source = new EventSource(`/live/events?days=${encodeURIComponent(days)}`);
    source.addEventListener("counts", (event) => {
      this.show(JSON.parse(event.data));
      this.say("This page follows the counts by itself.");
    });
    source.addEventListener("end", () => {
      source.close();
      this.say("The page has stopped following. Load it again to see newer counts.");
    });
    source.addEventListener("error", () => {
      source.close(); // no retries: they would keep a session open that nobody uses
      this.say("The page does not follow the counts now. Load it again to see newer ones.");
    });
    addEventListener("pagehide", () => source.close());
  },
};
document.addEventListener("DOMContentLoaded", () => live.follow());
