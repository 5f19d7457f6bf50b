// The query explorer of a report, drawn from the JSON data in the file.
"use strict";

const PAGE = 12;
const MARKS = { r: ["right", "✓", "relevant"], w: ["wrong", "✗", "not relevant"], i: ["ignored", "–", "ignored (junk or duplicate)"] };
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
    Object.assign(this, { root, task, images, sort: "worst", entry: task.entries[0][0], against: "", page: 0 });
    this.tools = element("div", { class: "tools" });
    this.list = element("div");
    this.pager = element("nav", { class: "pager", "aria-label": `Pages of queries, ${root.dataset.task}` });
    root.replaceChildren(this.tools, this.list, this.pager);
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
    return answered.map((query) => [key(query), query]).sort((a, b) => a[0] - b[0]).map(([, query]) => query);
  }

  draw() {
    const change = (name) => (value) => {
      this[name] = value;
      this.page = 0;
      if (!this.against && this.sort === "difference") this.sort = "worst";
      this.draw();
    };
    const entries = this.task.entries.map(([number, identity]) => [number, identity]);
    const sorts = [["worst", "worst first"], ["best", "best first"], ...(this.against ? [["difference", "largest difference first"]] : [])];
    this.tools.replaceChildren(
      select("Entry", entries, this.entry, change("entry")),
      select("Compare with", [["", "–"], ...entries.filter(([number]) => String(number) !== String(this.entry))], this.against, change("against")),
      select("Order", sorts, this.sort, change("sort")),
    );
    const queries = this.ordered();
    const pages = Math.max(1, Math.ceil(queries.length / PAGE));
    this.list.replaceChildren(...queries.slice(this.page * PAGE, (this.page + 1) * PAGE).map((query) => this.card(query)));
    const pageButton = (text, by) => {
      const button = element("button", { type: "button" }, text);
      button.disabled = this.page + by < 0 || this.page + by >= pages;
      button.addEventListener("click", () => { this.page += by; this.draw(); this.root.scrollIntoView(); });
      return button;
    };
    this.pager.replaceChildren(pageButton("Previous", -1), element("span", {}, `page ${this.page + 1} of ${pages}`), pageButton("Next", 1));
  }

  photo(number, description) {
    const box = element("span", { class: "photo" });
    if (number >= 0) box.append(element("img", { src: `data:image/webp;base64,${this.images[number]}`, alt: description, width: "112", height: "112" }));
    return box;
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

const data = JSON.parse(document.getElementById("data").textContent);
document.querySelectorAll(".explorer").forEach((root) => new Explorer(root, data.tasks[root.dataset.task], data.images));

function openEntry() {
  const target = location.hash.startsWith("#entry-") && document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
}
addEventListener("hashchange", openEntry);
openEntry();
