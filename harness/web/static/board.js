// Keyboard and pointer navigation of a board's charts; its ties are fetched and filled in.
"use strict";

function tieText(tie) {
  const pBest = `P(best) ${Math.round(100 * tie.p_first)} %`;
  if (tie.p === null) return ["", pBest];
  return tie.tied ? ["=", pBest] : ["", tie.p >= 0.001 ? `p ${tie.p.toPrecision(1)}` : "p < 0.001"];
}

async function fetchTies(table) {
  const answer = await fetch(table.dataset.ties);
  if (!answer.ok) return;
  for (const [entry, tie] of Object.entries(await answer.json())) {
    const cell = table.querySelector(`tr[data-entry="${Number(entry)}"] .tie`);
    if (!cell) continue;
    const [sign, text] = tieText(tie);
    const quiet = document.createElement("span");
    quiet.className = "quiet";
    quiet.textContent = text;
    const strong = document.createElement("strong");
    strong.textContent = sign;
    cell.replaceChildren(...(sign ? [strong, " "] : []), quiet);
  }
}

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.pinned = null;
    this.dots = [...figure.querySelectorAll(".dot")].sort((a, b) => this.position(a).x - this.position(b).x);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.hidden = true;
    figure.append(this.tip);
    this.dots.forEach((dot, number) => {
      dot.tabIndex = number ? -1 : 0;
      dot.addEventListener("pointerenter", () => this.show(dot));
      dot.addEventListener("pointerleave", () => this.show(this.pinned));
      dot.addEventListener("focus", () => this.show(dot));
      dot.addEventListener("blur", () => this.show(this.pinned));
      dot.addEventListener("click", (event) => this.pin(event, dot));
      dot.addEventListener("keydown", (event) => this.step(event, number));
    });
  }

  position(dot) {
    const circle = dot.querySelector("circle");
    return { x: Number(circle.getAttribute("cx")), y: Number(circle.getAttribute("cy")) };
  }

  // The first click pins the tooltip of a dot, the second one opens its entry.
  pin(event, dot) {
    if (this.pinned === dot || event.ctrlKey || event.metaKey || event.detail === 0) return;
    event.preventDefault();
    this.pinned = dot;
    this.show(dot);
  }

  step(event, number) {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (event.key === "Escape") { this.pinned = null; this.show(null); }
    if (!by) return;
    event.preventDefault();
    const next = this.dots[Math.min(this.dots.length - 1, Math.max(0, number + by))];
    this.dots[number].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  show(dot) {
    document.querySelectorAll(".marked").forEach((each) => each.classList.remove("marked"));
    this.tip.hidden = !dot;
    if (!dot) return;
    const entry = Number(dot.dataset.entry);
    document.querySelectorAll(`[data-entry="${entry}"]`).forEach((each) => each.classList.add("marked"));
    const [name, details] = dot.getAttribute("aria-label").split(",\n");
    const strong = document.createElement("strong");
    strong.textContent = name;
    this.tip.replaceChildren(strong, details.replaceAll(", ", " · "));
    const circle = dot.getBoundingClientRect();
    const figure = this.figure.getBoundingClientRect();
    const left = circle.left + circle.width / 2 - figure.left - this.tip.offsetWidth / 2;
    this.tip.style.left = `${Math.min(Math.max(4, left), figure.width - this.tip.offsetWidth - 4)}px`;
    const above = circle.top - figure.top - this.tip.offsetHeight - 8;
    this.tip.style.top = `${above > 0 ? above : circle.bottom - figure.top + 8}px`;
  }
}

function startBoard() {
  document.querySelectorAll(".chart").forEach((figure) => new Chart(figure));
  const table = document.querySelector("table[data-ties]");
  if (table?.dataset.ties) fetchTies(table);
}

startBoard();
document.addEventListener("board:replaced", startBoard);
