// The page's colours and fonts, for what is drawn on canvas. Read anew when the theme changes.
"use strict";
const theme = {
  read() {
    const style = getComputedStyle(document.documentElement);
    const value = (name) => style.getPropertyValue(`--${name}`).trim();
    return {
      paper: value("paper"), card: value("card"), ink: value("ink"), quiet: value("quiet"), line: value("line"), thread: value("thread"),
      six: [1, 2, 3, 4, 5, 6].map((n) => value(`six-${n}`)),
      shades: [1, 2, 3, 4].map((n) => value(`shade-${n}`)),
      rest: value("rest"), land: value("land"),
      font: getComputedStyle(document.body).fontFamily,
    };
  },
  // Calls `draw` now and whenever the theme changes.
  follow(draw) {
    draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  },
  // A small hatched tile: suppressed is never white and never a shade.
  hatch(colours) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = colours.card;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = colours.quiet;
    pen.lineWidth = 1.2;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
      pen.stroke();
    }
    return { image: tile, repeat: "repeat" };
  },
  data(element) {
    return JSON.parse(document.getElementById(element.dataset.from).textContent);
  },
};
