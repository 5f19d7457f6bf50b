// The map of images on a canvas: points drawn into an array of pixels, zoom, pan, lasso, and the picture of a point.
"use strict";

const BLOCK = 200, NO_SCORE = 255, TOP = 65535, CELLS = 128;

// Follow a computation on the server, and load the map when it is done.
async function followWork(section) {
  const answer = await fetch(section.dataset.state).catch(() => null);
  const state = answer?.ok ? await answer.json() : null;
  if (state?.done || state?.error) { location.reload(); return; }
  if (state) {
    section.querySelector(".doing").textContent = state.doing;
    section.querySelector("progress").value = state.share;
  }
  setTimeout(() => followWork(section), 500);
}

function readPoints(buffer) {
  const n = new DataView(buffer).getUint32(0, true);
  const bytes = (from) => new Uint8Array(buffer, from, n);
  return {
    n, x: new Uint16Array(buffer, 4, n), y: new Uint16Array(buffer, 4 + 2 * n, n),
    part: bytes(4 + 4 * n), landmark: bytes(4 + 5 * n), score: bytes(4 + 6 * n),
  };
}

class ImageMap {
  constructor(figure, points) {
    Object.assign(this, { figure, points, canvas: figure.querySelector("canvas"), tip: figure.querySelector(".map-tip") });
    this.context = this.canvas.getContext("2d");
    this.chosen = figure.querySelector(".map-chosen");
    this.mode = "move"; this.only = null; this.lasso = []; this.pointers = new Map(); this.blocks = new Map(); this.at = -1;
    this.canvas.hidden = figure.querySelector(".map-bar").hidden = figure.querySelector(".scripted-only").hidden = false;
    this.index();
    this.colourBy(figure.dataset.colour);
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    this.listen();
  }

  // Group the points by cells of a grid, for the search of the nearest.
  index() {
    const { n, x, y } = this.points, starts = new Uint32Array(CELLS * CELLS + 1);
    const cell = (i) => (y[i] >> 9) * CELLS + (x[i] >> 9);
    for (let i = 0; i < n; i++) starts[cell(i) + 1]++;
    for (let c = 0; c < CELLS * CELLS; c++) starts[c + 1] += starts[c];
    this.starts = starts.slice();
    this.members = new Uint32Array(n);
    for (let i = 0; i < n; i++) this.members[starts[cell(i)]++] = i;
  }

  codes() {
    const { n, part, landmark, score } = this.points;
    if (this.colour === "landmark") return landmark;
    if (this.colour === "part") return part;
    return Uint8Array.from({ length: n }, (_, i) => (score[i] === NO_SCORE ? 0 : Math.min(5, 1 + Math.floor(score[i] / 40))));
  }

  // The pixel value of each colour number, as CSS defines it for the theme.
  palette() {
    const names = { landmark: [..."0123456789"].map((d) => `c${d}`).concat("c10", "c11"), part: ["p0", "p1", "p2"], score: ["c0", "s1", "s2", "s3", "s4", "s5"] };
    const probe = document.createElement("i");
    this.figure.append(probe);
    const colours = names[this.colour].map((name) => {
      probe.className = `map-probe ${name}`;
      probe.style.color = `var(--${name})`;
      const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number);
      return (255 << 24 | b << 16 | g << 8 | r) >>> 0;
    });
    probe.remove();
    return colours;
  }

  colourBy(colour) {
    if (this.colour !== colour) this.only = null;
    this.colour = colour;
    const palette = this.palette(), codes = this.codes(), { n, score } = this.points;
    const rank = (i) => (this.only === null ? (codes[i] && this.colour !== "part" ? 1 : 0) : codes[i] === this.only ? 1 : -1) + (score[i] === NO_SCORE ? 0 : 0.5);
    const level = Float32Array.from({ length: n }, (_, i) => rank(i));
    const levels = [...new Set(level)].sort((a, b) => a - b);
    this.order = new Uint32Array(n);
    this.values = new Uint32Array(n);
    let place = 0;
    for (const each of levels) for (let i = 0; i < n; i++) if (level[i] === each) this.order[place++] = i;
    for (let i = 0; i < n; i++) {
      const value = palette[codes[i]];
      this.values[i] = this.only !== null && codes[i] !== this.only ? (value & 0xffffff | 0x28000000) >>> 0 : value;
    }
    this.figure.querySelectorAll("[data-legend]").forEach((legend) => { legend.hidden = legend.dataset.legend !== colour; });
    this.figure.querySelectorAll(".map-key").forEach((key) => {
      const isOn = key.closest("[data-legend]").dataset.legend === colour && Number(key.dataset.code) === this.only;
      key.setAttribute("aria-pressed", String(isOn));
    });
    this.draw();
  }

  resize() {
    const ratio = Math.min(2, devicePixelRatio || 1), box = this.canvas.getBoundingClientRect();
    if (!box.width) return;
    const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
    if (this.pixels && width === this.width && height === this.height) return;
    Object.assign(this, { ratio, width, height });
    this.canvas.width = width; this.canvas.height = height;
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.reset();
  }

  reset() {
    const room = 0.94 * Math.min(this.width, this.height);
    this.scale = room / TOP;
    this.left = (this.width - room) / 2; this.top = (this.height - room) / 2;
    this.base = this.scale;
    this.draw();
  }

  draw() {
    if (this.pending || !this.pixels) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.paint(); });
  }

  paint() {
    const { pixels, width, height, order, values, scale, left, top } = this;
    const { n, x, y, score } = this.points;
    const zoom = Math.log2(scale / this.base), small = Math.round(this.ratio * Math.min(9, (n > 20000 ? 2 : n > 4000 ? 3 : 4) + zoom));
    const side = Math.max(1, small), more = Math.max(1, Math.round(this.ratio));
    pixels.fill(0);
    for (let k = 0; k < n; k++) {
      const i = order[k], size = score[i] === NO_SCORE ? side : side + more;
      const px = (x[i] * scale + left - size / 2) | 0, py = (y[i] * scale + top - size / 2) | 0;
      if (px < 0 || py < 0 || px + size >= width || py + size >= height) continue;
      const value = values[i];
      for (let row = py * width + px, end = row + size * width; row < end; row += width)
        for (let p = row, to = row + size; p < to; p++) pixels[p] = value;
    }
    this.context.putImageData(this.image, 0, 0);
    this.paintMarks();
  }

  paintMarks() {
    const pen = this.context;
    pen.strokeStyle = pen.fillStyle = getComputedStyle(this.canvas).color;
    pen.lineWidth = 1.5 * this.ratio;
    if (this.lasso.length > 1) {
      pen.beginPath();
      for (const [x, y] of this.lasso) pen.lineTo(...this.toPixels(x, y));
      pen.closePath();
      pen.stroke();
      pen.globalAlpha = 0.08; pen.fill(); pen.globalAlpha = 1;
    }
    if (this.at >= 0) {
      const [x, y] = this.toPixels(this.points.x[this.at] / TOP, this.points.y[this.at] / TOP);
      pen.beginPath(); pen.arc(x, y, 8 * this.ratio, 0, 7); pen.stroke();
    }
  }

  toPixels(x, y) { return [x * TOP * this.scale + this.left, y * TOP * this.scale + this.top]; }
  toShares(x, y) { return [(x - this.left) / this.scale / TOP, (y - this.top) / this.scale / TOP]; }
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * this.ratio, (event.clientY - box.top) * this.ratio];
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const bounded = Math.min(200 * this.base, Math.max(0.5 * this.base, this.scale * factor)) / this.scale;
    this.left = x - (x - this.left) * bounded; this.top = y - (y - this.top) * bounded;
    this.scale *= bounded;
    this.draw();
  }

  pan(dx, dy) { this.left += dx; this.top += dy; this.draw(); }

  // The point nearest to a place of the canvas within a radius in pixels; -1 if there is none.
  nearest(px, py, radius) {
    const { x, y } = this.points, [sx, sy] = this.toShares(px, py).map((share) => share * TOP), reach = radius / this.scale;
    let best = -1, least = reach * reach;
    const bound = (value) => Math.min(CELLS - 1, Math.max(0, Math.floor(value / 512)));
    for (let row = bound(sy - reach); row <= bound(sy + reach); row++)
      for (let k = this.starts[row * CELLS + bound(sx - reach)], end = this.starts[row * CELLS + bound(sx + reach) + 1]; k < end; k++) {
        const i = this.members[k], distance = (x[i] - sx) ** 2 + (y[i] - sy) ** 2;
        if (distance < least) { least = distance; best = i; }
      }
    return best;
  }

  async facts(point) {
    const block = Math.floor(point / BLOCK);
    if (!this.blocks.has(block)) this.blocks.set(block, fetch(`${this.figure.dataset.images}&block=${block}`).then((answer) => (answer.ok ? answer.json() : [])));
    return (await this.blocks.get(block))[point % BLOCK];
  }

  async show(point) {
    if (point === this.at) return;
    this.at = point;
    this.draw();
    this.tip.hidden = true;
    if (point < 0) return;
    const facts = await this.facts(point);
    if (this.at !== point || !facts) return;
    const picture = new Image();
    picture.src = facts.picture; picture.alt = "";
    const name = document.createElement("div");
    name.textContent = [facts.landmark || facts.id, { test: "query", index: "index", train: "train" }[facts.part], facts.score].filter(Boolean).join(" · ");
    this.tip.replaceChildren(picture, name);
    const [x, y] = this.toPixels(this.points.x[point] / TOP, this.points.y[point] / TOP).map((value) => value / this.ratio);
    this.tip.hidden = false;
    this.tip.style.left = `${x + 16 + this.tip.offsetWidth > this.width / this.ratio ? Math.max(4, x - 16 - this.tip.offsetWidth) : x + 16}px`;
    this.tip.style.top = `${Math.max(4, Math.min(y - 40, this.height / this.ratio - this.tip.offsetHeight - 4))}px`;
  }

  async open(point) {
    const facts = point < 0 ? null : await this.facts(point);
    if (facts) location.href = facts.page || facts.picture.replace("/small/", "/large/");
  }

  setMode(mode) {
    this.mode = mode;
    this.canvas.classList.toggle("lasso", mode === "lasso");
    this.figure.querySelectorAll("[data-do][aria-pressed]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.do === mode)));
  }

  endLasso() {
    if (this.lasso.length < 3) { this.lasso = []; this.draw(); return; }
    const step = Math.ceil(this.lasso.length / 60), corners = this.lasso.filter((_, k) => k % step === 0);
    const within = corners.map((corner) => corner.map((share) => Math.min(1, Math.max(0, share))));
    const { n, x, y, score } = this.points;
    const inside = (px, py) => within.reduce((is, [x1, y1], k) => {
      const [x2, y2] = within[(k + 1) % within.length];
      return (y1 > py) !== (y2 > py) && px < ((x2 - x1) * (py - y1)) / (y2 - y1) + x1 ? !is : is;
    }, false);
    let queries = 0, images = 0;
    for (let i = 0; i < n; i++) if (inside(x[i] / TOP, y[i] / TOP)) { images++; if (score[i] !== NO_SCORE) queries++; }
    const link = document.createElement("a");
    link.href = `${this.figure.dataset.select}&area=${within.map((corner) => corner.map((share) => share.toFixed(4)).join(",")).join(";")}`;
    link.textContent = `Open ${queries} ${queries === 1 ? "query" : "queries"} in the explorer`;
    this.chosen.replaceChildren(queries ? link : `${images} images, no scored query`);
    this.draw();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, this.place(event));
      this.moved = 0;
      this.isLasso = this.mode === "lasso" || event.shiftKey;
      if (this.isLasso) { this.lasso = [this.toShares(...this.place(event))]; this.chosen.replaceChildren(); }
    });
    canvas.addEventListener("pointermove", (event) => this.moveTo(event));
    const lift = (event) => {
      if (!this.pointers.delete(event.pointerId)) return;
      if (this.isLasso) { this.isLasso = false; this.endLasso(); }
      else if (event.type === "pointerup" && this.moved < 4 * this.ratio) this.open(this.nearest(...this.place(event), 12 * this.ratio));
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    canvas.addEventListener("pointerleave", () => this.show(-1));
    canvas.addEventListener("wheel", (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      this.zoom(2 ** (-event.deltaY / 300), ...this.place(event));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.show(-1));
    this.figure.addEventListener("click", (event) => this.click(event));
    document.getElementById("map-colour").addEventListener("change", (event) => { event.stopPropagation(); this.colourBy(event.target.value); });
    document.getElementById("theme").addEventListener("click", () => this.colourBy(this.colour));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colourBy(this.colour));
  }

  moveTo(event) {
    const before = this.pointers.get(event.pointerId), now = this.place(event);
    if (!before) { this.show(this.nearest(...now, 12 * this.ratio)); return; }
    if (this.isLasso) { this.lasso.push(this.toShares(...now)); this.draw(); return; }
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const distance = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]);
      this.zoom(distance(now) / Math.max(1, distance(before)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else this.pan(now[0] - before[0], now[1] - before[1]);
    this.moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    this.pointers.set(event.pointerId, now);
    this.tip.hidden = true;
  }

  key(event) {
    const step = 60 * this.ratio, moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) this.pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(1.5);
    else if (event.key === "-") this.zoom(1 / 1.5);
    else if (event.key === "0") this.reset();
    else if (event.key === "Enter") { this.open(this.at); return; }
    else return;
    event.preventDefault();
    this.show(this.nearest(this.width / 2, this.height / 2, Math.min(this.width, this.height) / 3));
  }

  click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.code !== undefined) {
      this.only = this.only === Number(button.dataset.code) ? null : Number(button.dataset.code);
      this.colourBy(this.colour);
    }
    const act = { move: () => this.setMode("move"), lasso: () => this.setMode("lasso"), in: () => this.zoom(1.5), out: () => this.zoom(1 / 1.5), reset: () => this.reset() };
    act[button.dataset.do]?.();
  }
}

document.querySelector("form.tools")?.addEventListener("change", (event) => { if (event.target.id !== "map-colour") event.currentTarget.submit(); });
const work = document.querySelector("[data-state]");
if (work?.querySelector("progress")) setTimeout(() => followWork(work), 300);
const figure = document.querySelector(".map[data-points]");
if (figure) fetch(figure.dataset.points).then((answer) => answer.arrayBuffer()).then((buffer) => { figure.map = new ImageMap(figure, readPoints(buffer)); });
