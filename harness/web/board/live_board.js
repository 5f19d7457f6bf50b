// A board that answers at once: search and filters act as one types, links of the table replace only the table,
// rows can be ticked, and a part of a chart can be enlarged by dragging. All states are in the address.
"use strict";

const results = document.getElementById("board-results");
const tools = document.getElementById("board-tools");
const TYPING_MS = 200;
const FEWEST_PIXELS = 6; // of a drag
let latest = 0; // number of the last request

// Fetches table and charts for a query string, and puts them in the place of the old ones.
async function load(query, { push = false } = {}) {
  const number = ++latest;
  results.setAttribute("aria-busy", "true");
  let text = null;
  try {
    const answer = await fetch(results.dataset.fragment + query);
    text = answer.ok ? await answer.text() : null;
  } catch { /* offline: follow the link */ }
  if (number !== latest) return; // a newer request is on its way
  if (text === null) { location.assign(location.pathname + query); return; }
  const place = results.querySelector(".sticky")?.scrollLeft ?? 0;
  const ticked = [...results.querySelectorAll(".tick input:checked")].map((box) => box.value);
  results.innerHTML = text;
  results.removeAttribute("aria-busy");
  for (const box of results.querySelectorAll(".tick input")) box.checked = ticked.includes(box.value);
  const region = results.querySelector(".sticky");
  if (region) region.scrollLeft = place;
  if (query !== location.search) history[push ? "pushState" : "replaceState"](null, "", location.pathname + query);
  showTicked();
  document.dispatchEvent(new Event("board:replaced"));
}

function queryOfTools() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(tools)) if (value && !(name === "which" && value === "all")) query.append(name, value);
  const text = query.toString();
  return text ? `?${text}` : "";
}

// The hidden fields of the search form keep the state of the address, which links may have changed.
function updateTools() {
  const query = new URLSearchParams(location.search);
  for (const field of tools.querySelectorAll('input[type="hidden"]')) field.remove();
  for (const [name, value] of query) {
    if (["search", "which", "columns", "page"].includes(name)) continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    tools.append(field);
  }
  const view = document.querySelector('#views input[name="query"]');
  if (view) view.value = location.search.slice(1);
}

let timer = 0;
function later(act) {
  clearTimeout(timer);
  timer = setTimeout(act, TYPING_MS);
}

tools.addEventListener("input", () => later(async () => { await load(queryOfTools()); updateTools(); }));
tools.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(timer);
  await load(queryOfTools(), { push: true });
  updateTools();
});

results.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-live]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const label = link.textContent.trim();
  await load(new URL(link.href).search, { push: true });
  updateTools();
  const again = [...results.querySelectorAll("a[data-live]")].find((each) => each.textContent.trim().split(" ")[0] === label.split(" ")[0]);
  again?.focus({ preventScroll: true });
});
window.addEventListener("popstate", () => location.reload());
document.addEventListener("board:refresh", () => load(location.search));

// Ticked rows.
function showTicked() {
  const count = results.querySelectorAll(".tick input:checked").length;
  const text = results.querySelector("[data-ticked]");
  if (!text) return;
  text.textContent = count ? `${count} ticked:` : "Tick rows to:";
  for (const button of results.querySelectorAll('.selection button[formaction*="/compare"]')) button.disabled = count < 2;
  for (const button of results.querySelectorAll('.selection button[formaction*="/selected/"]')) button.disabled = count < 1;
}
results.addEventListener("change", (event) => { if (event.target.closest(".tick")) showTicked(); });

// The command of ticked rows goes to the clipboard.
results.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  event.preventDefault();
  const entries = [...results.querySelectorAll(".tick input:checked")].map((box) => `entry=${box.value}`);
  const answer = await fetch(`${button.getAttribute("formaction")}?${entries.join("&")}`);
  if (!answer.ok) return;
  try { await navigator.clipboard.writeText((await answer.text()).trim()); } catch { button.form.requestSubmit(button); return; }
  const text = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = text; }, 1500);
});

// A star changes without a new page.
results.addEventListener("click", async (event) => {
  const button = event.target.closest("button.star");
  if (!button) return;
  event.preventDefault();
  const answer = await fetch(button.getAttribute("formaction"), { method: "POST", body: new URLSearchParams({ star: button.value, back: "" }), redirect: "manual" });
  if (answer.type !== "opaqueredirect") return;
  const starred = button.value === "1";
  button.value = starred ? "" : "1";
  button.textContent = starred ? "★" : "☆";
  button.setAttribute("aria-pressed", String(starred));
});

// Menus close on Escape and on a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.choose[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.choose[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Enlarge the part of a chart that the pointer is dragged over.
const AREA = { left: 66, right: 448, top: 12, bottom: 256 };

class Brush {
  constructor(figure) {
    this.figure = figure;
    this.svg = figure.querySelector("svg");
    this.start = null;
    this.svg.addEventListener("pointerdown", (event) => this.begin(event));
    this.svg.addEventListener("pointermove", (event) => this.draw(event));
    this.svg.addEventListener("pointerup", (event) => this.end(event));
    this.svg.addEventListener("pointercancel", () => this.clear());
  }

  place(event) {
    const box = this.svg.getBoundingClientRect();
    const view = this.svg.viewBox.baseVal;
    const x = ((event.clientX - box.left) / box.width) * view.width;
    const y = ((event.clientY - box.top) / box.height) * view.height;
    return { x: Math.min(AREA.right, Math.max(AREA.left, x)), y: Math.min(AREA.bottom, Math.max(AREA.top, y)) };
  }

  begin(event) {
    if (event.button !== 0 || event.pointerType === "touch" || event.target.closest(".dot")) return;
    event.preventDefault();
    this.start = this.place(event);
    this.rectangle = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    this.rectangle.setAttribute("class", "brush");
    this.svg.append(this.rectangle);
    this.svg.setPointerCapture(event.pointerId);
  }

  draw(event) {
    if (!this.start) return;
    const end = this.place(event);
    const sides = { x: Math.min(this.start.x, end.x), y: Math.min(this.start.y, end.y), width: Math.abs(end.x - this.start.x), height: Math.abs(end.y - this.start.y) };
    for (const [name, value] of Object.entries(sides)) this.rectangle.setAttribute(name, value);
  }

  async end(event) {
    if (!this.start) return;
    const [start, end] = [this.start, this.place(event)];
    this.clear();
    if (Math.abs(end.x - start.x) < FEWEST_PIXELS || Math.abs(end.y - start.y) < FEWEST_PIXELS) return;
    const x = [start.x, end.x].map((place) => this.value("x", (place - AREA.left) / (AREA.right - AREA.left)));
    const y = [start.y, end.y].map((place) => this.value("y", (AREA.bottom - place) / (AREA.bottom - AREA.top)));
    const ends = [...x.sort((a, b) => a - b), ...y.sort((a, b) => a - b)].map((value) => value.toPrecision(10) * 1);
    const query = new URLSearchParams(location.search);
    query.set("zoom", `${this.figure.dataset.chart}:${ends.join(",")}`);
    await load(`?${query}`, { push: true });
    updateTools();
  }

  value(axis, share) {
    const [low, high, log] = this.figure.dataset[axis].split(",").map(Number);
    return log ? low * (high / low) ** share : low + share * (high - low);
  }

  clear() {
    this.start = null;
    this.rectangle?.remove();
  }
}

function startCharts() {
  document.querySelectorAll("#board-results .chart").forEach((figure) => new Brush(figure));
}
startCharts();
showTicked();
document.addEventListener("board:replaced", startCharts);
