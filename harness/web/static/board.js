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

// A board that answers at once: search and filters act as one types, links of the table replace only the table,
// rows can be ticked, and a part of a chart can be enlarged by dragging. All states are in the address.
if (document.getElementById("board-results")) {
  const results = document.getElementById("board-results");
  const tools = document.getElementById("board-tools");
  const TYPING_MS = 200;
  const FEWEST_PIXELS = 6; // of a drag
  let latest = 0; // number of the last request
  let currentQuery = location.search; // of the table on the page

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
    currentQuery = query;
    showTicked();
    document.dispatchEvent(new Event("board:replaced"));
  }

  function queryOfTools() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(tools)) if (value && !(name === "which" && value === "all")) query.append(name, value);
    if (query.getAll("columns").join(" ") === tools.dataset.columns) query.delete("columns"); // the default ones
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
  window.addEventListener("popstate", () => { if (location.search !== currentQuery) location.reload(); }); // not for #content
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
}
