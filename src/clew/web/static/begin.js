// Runs before the page is drawn: pages say `js` only when scripts work, so that nothing shows an empty frame without them.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const first = document.querySelector("[data-focus]");
  if (first) first.focus();
});
document.addEventListener("toggle", (event) => {
  // One small menu at a time, and Escape closes it.
  if (event.target.matches("details.purpose") && event.target.open) event.target.querySelector("select").focus();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.purpose[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
