// Counts down to deadlines, and reloads the page when one has passed.
"use strict";

const UNITS = [["day", 86400], ["h", 3600], ["min", 60], ["s", 1]];

// The two largest units, as the server writes them.
function timeLeft(seconds) {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  const shown = UNITS.slice(Math.min(first < 0 ? 3 : first, 2)).slice(0, 2);
  return shown.map(([unit, size], place) => {
    const count = Math.floor((place ? seconds % shown[0][1] : seconds) / size);
    return `${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`;
  }).join(" ");
}

// `end` is on the clock of the page, so that a wrong clock of the machine does not matter.
function tick(element, end) {
  const seconds = Math.ceil((end - performance.now()) / 1000);
  if (seconds <= 0) {
    element.textContent = "now";
    if (!document.querySelector("form :focus, progress")) setTimeout(() => location.reload(), 2000);
    return;
  }
  const text = `in ${timeLeft(seconds)}`;
  if (element.textContent !== text) element.textContent = text;
  setTimeout(tick, 1000, element, end);
}

for (const element of document.querySelectorAll("[data-countdown]")) tick(element, 1000 * element.dataset.countdown);
