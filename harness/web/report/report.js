// The query explorer of a report, drawn from the JSON data in the file.
"use strict";

const PAGE = 12;
const MARKS = { r: ["right", "✓", "relevant"], w: ["wrong", "✗", "not relevant"], i: ["ignored", "–", "ignored (junk or duplicate)"] };
const START = { sort: "worst", against: "", search: "", page: 0 };
const LABEL_MEANINGS = { r: "correct", w: "wrong" };

function element(name, values = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(values)) {
    if (key === "class") node.className = value; else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function select(label, options, chosen, changed) {
  const box = element("select");
  for (const [value, text] of options) {
    const option = element("option", { value }, text);
    option.selected = String(value) === String(chosen);
    box.append(option);
  }
  box.addEventListener("change", () => changed(box.value));
  return element("label", {}, element("span", {}, label), box);
}

class Explorer {
  constructor(root, task, images) {
    Object.assign(this, { root, task, images, ...START, entry: task.entries[0][0] });
    this.tools = element("div", { class: "tools" });
    this.found = element("p", { class: "quiet small", role: "status" });
    this.list = element("div");
    this.pager = element("nav", { class: "pager", "aria-label": `Pages of queries, ${root.dataset.task}` });
    root.replaceChildren(this.tools, this.found, this.list, this.pager);
    this.drawTools();
    this.draw();
  }

  // The state as a query string, without what is as at the start.
  get query() {
    const values = { entry: this.entry === this.task.entries[0][0] ? "" : this.entry, against: this.against, sort: this.sort === START.sort ? "" : this.sort, search: this.search, page: this.page ? this.page + 1 : "" };
    return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "")).toString();
  }

  set query(text) {
    const values = new URLSearchParams(text);
    const known = (number) => this.task.entries.find(([id]) => String(id) === number)?.[0];
    this.entry = known(values.get("entry")) ?? this.task.entries[0][0];
    this.against = known(values.get("against")) ?? "";
    this.sort = ["best", "difference"].includes(values.get("sort")) ? values.get("sort") : START.sort;
    this.search = (values.get("search") ?? "").slice(0, 100);
    this.page = Math.max(0, Number.parseInt(values.get("page") ?? "1", 10) - 1 || 0);
    this.drawTools();
    this.draw();
  }

  value(query, entry) { return query[4][entry]?.[0] ?? null; }

  ordered() {
    const answered = this.task.queries.filter((query) => query[4][this.entry]);
    const number = (query, entry) => this.value(query, entry) ?? 0;
    const key = {
      worst: (query) => number(query, this.entry),
      best: (query) => -number(query, this.entry),
      difference: (query) => -Math.abs(number(query, this.entry) - number(query, this.against)),
    }[this.sort];
    const words = this.search.trim().toLowerCase();
    const matching = words ? answered.filter(([id, , , shows]) => id.toLowerCase().includes(words) || shows.toLowerCase().includes(words)) : answered;
    return matching.map((query) => [key(query), query]).sort((a, b) => a[0] - b[0]).map(([, query]) => query);
  }

  change(name, value) {
    this[name] = value;
    if (name !== "page") this.page = 0;
    if (!this.against && this.sort === "difference") this.sort = START.sort;
    if (name !== "search") this.drawTools();
    this.draw();
    history.replaceState(null, "", `#${this.root.closest("section").id}${this.query ? `?${this.query}` : ""}`);
  }

  drawTools() {
    const change = (name) => (value) => this.change(name, value);
    const entries = this.task.entries.map(([number, identity]) => [number, identity]);
    const sorts = [["worst", "worst first"], ["best", "best first"], ...(this.against ? [["difference", "largest difference first"]] : [])];
    const search = element("input", { type: "search", value: this.search, maxlength: "100", placeholder: "part of an id or landmark" });
    search.addEventListener("input", () => this.change("search", search.value));
    this.tools.replaceChildren(
      select("Entry", entries, this.entry, change("entry")),
      select("Compare with", [["", "–"], ...entries.filter(([number]) => String(number) !== String(this.entry))], this.against, change("against")),
      select("Order", sorts, this.sort, change("sort")),
      element("label", {}, element("span", {}, "Search"), search),
    );
  }

  draw() {
    const queries = this.ordered();
    const pages = Math.max(1, Math.ceil(queries.length / PAGE));
    this.page = Math.min(this.page, pages - 1);
    this.found.textContent = this.search ? `${queries.length} of ${this.task.queries.length} queries match` : "";
    this.list.replaceChildren(...queries.slice(this.page * PAGE, (this.page + 1) * PAGE).map((query) => this.card(query)));
    const pageButton = (text, by) => {
      const button = element("button", { type: "button" }, text);
      button.disabled = this.page + by < 0 || this.page + by >= pages;
      button.addEventListener("click", () => { this.change("page", this.page + by); this.root.scrollIntoView(); });
      return button;
    };
    this.pager.replaceChildren(pageButton("Previous", -1), element("span", {}, `page ${this.page + 1} of ${pages}`), pageButton("Next", 1));
  }

  photo(number, description) {
    if (number < 0) return element("span", { class: "photo" });
    const image = element("img", { src: `data:${imageType(this.images[number])};base64,${this.images[number]}`, alt: description, width: "160", height: "160" });
    const button = element("button", { type: "button", class: "photo", title: "Enlarge" }, image);
    button.addEventListener("click", () => lightbox.open(button));
    return button;
  }

  card(query) {
    const [id, usage, image, shows] = query;
    const queryBox = element("div", { class: "query-photo" }, this.photo(image, `query ${id}`), element("h4", {}, element("bdi", {}, id)), element("p", { class: "quiet small" }, usage));
    const answers = element("div", { class: "query-answers" });
    for (const entry of [this.entry, this.against]) if (entry && query[4][entry]) answers.append(this.answer(query[4][entry], entry));
    if (shows) answers.append(element("p", { class: "quiet" }, shows));
    return element("article", { class: "query" }, queryBox, answers);
  }

  answer([value, facts, images, marks, label], entry) {
    const name = this.against ? `${this.task.entries.find(([number]) => String(number) === String(entry))[1]}: ` : "";
    const head = element("h4", {}, element("bdi", {}, name), element("span", { class: "number" }, value === null || label ? "" : value.toFixed(4)), " ", element("span", { class: "quiet" }, facts));
    const section = element("section", {}, head);
    if (label) {
      const [kind, sign] = MARKS[marks[0]];
      section.append(element("div", { class: `label ${kind}` },
        element("p", {}, element("span", { class: "sign", "aria-hidden": "true" }, sign), element("span", { class: "visually-hidden" }, `${LABEL_MEANINGS[marks[0]]}: `), "predicted ", element("bdi", {}, label)),
        element("ul", { class: "strip few" }, ...images.map((number) => element("li", {}, this.photo(number, `train photo of ${label}`))))));
      return section;
    }
    section.append(element("ul", { class: "strip" }, ...images.map((number, index) => {
      const [kind, sign, meaning] = MARKS[marks[index]];
      return element("li", { class: `judged ${kind}` }, this.photo(number, `rank ${index + 1}: ${meaning}`),
        element("span", { class: "under" }, element("span", { class: "sign", "aria-hidden": "true" }, sign), element("span", { class: "visually-hidden" }, meaning), element("span", { class: "number" }, String(index + 1))));
    })));
    return section;
  }
}

function imageType(base64) { return base64.startsWith("UklGR") ? "image/webp" : "image/avif"; }

// A query beside one of its answers, enlarged; the arrow keys go through the answers.
const lightbox = {
  dialog: element("dialog", { class: "enlarged", "aria-label": "Enlarged photographs" }),

  open(button) {
    const card = button.closest(".query");
    this.buttons = [...card.querySelectorAll("button.photo")];
    this.query = card.querySelector(".query-photo img");
    this.opener = button;
    this.show(this.buttons.indexOf(button));
    this.dialog.showModal();
  },

  show(place) {
    this.place = Math.max(0, Math.min(place, this.buttons.length - 1));
    const image = this.buttons[this.place].querySelector("img");
    const figure = (source) => element("figure", {}, element("img", { src: source.src, alt: source.alt }), element("figcaption", {}, source.alt));
    const both = this.query && image !== this.query ? [this.query, image] : [image];
    const step = (text, by) => {
      const button = element("button", { type: "button" }, text);
      button.disabled = !this.buttons[this.place + by];
      button.addEventListener("click", () => this.show(this.place + by));
      return button;
    };
    const close = element("button", { type: "button" }, "Close");
    close.addEventListener("click", () => this.dialog.close());
    this.dialog.replaceChildren(element("div", { class: "side-by-side" }, ...both.map(figure)), element("p", { class: "pager" }, step("Previous", -1), close, step("Next", 1)));
    close.focus();
  },
};
document.body.append(lightbox.dialog);
lightbox.dialog.addEventListener("close", () => lightbox.opener?.focus());
lightbox.dialog.addEventListener("click", (event) => { if (event.target === lightbox.dialog) lightbox.dialog.close(); });
lightbox.dialog.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by) lightbox.show(lightbox.place + by);
});

const data = JSON.parse(document.getElementById("data").textContent);
const explorers = new Map([...document.querySelectorAll(".explorer")].map((root) => [root.closest("section").id, new Explorer(root, data.tasks[root.dataset.task], data.images)]));
const sections = [...document.querySelectorAll("section.task")];
const links = [...document.querySelectorAll(".task-tabs a")];

function showTask(task) {
  for (const section of sections) section.hidden = section !== task;
  for (const link of links) {
    if (link.hash === `#${task.id}`) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
  }
}

// The address names a section, an entry, or the queries with their state.
function followAddress() {
  const [name, query] = location.hash.slice(1).split("?");
  const target = document.getElementById(name);
  const task = target?.closest("section.task") ?? sections[0];
  if (task) showTask(task);
  if (!target) return;
  if (target.matches("details")) target.open = true;
  if (explorers.has(name) && query) explorers.get(name).query = query;
  if (target !== task) target.scrollIntoView(); else scrollTo(0, 0);
}
addEventListener("hashchange", followAddress);
followAddress();
