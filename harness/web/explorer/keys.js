// Keys of the explorer, and the dialog that lists them.
"use strict";

const KEYS = [
  [["→", "j"], "next query"], [["←", "k"], "previous query"], [["o"], "open the query, or enlarge its photo"],
  [["c"], "compare with another entry"], [["/"], "search"], [["?"], "this list"],
  [["+", "−"], "zoom in an enlarged photo"], [["Esc"], "close"],
];

// A field that takes letters; keys typed there are text.
const isField = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;

class QueryKeys {
  constructor() {
    this.articles = [...document.querySelectorAll("article.query")];
    this.number = -1;
    document.addEventListener("keydown", (event) => this.press(event));
    for (const button of document.querySelectorAll("[data-keys]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.showKeys());
    }
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isField(event.target) || document.querySelector("dialog[open]")) return;
    const action = {
      ArrowRight: () => this.step(1), j: () => this.step(1), ArrowLeft: () => this.step(-1), k: () => this.step(-1),
      o: () => this.open(), c: () => this.compare(), "/": () => this.search(), "?": () => this.showKeys(),
    }[event.key];
    if (!action || (event.target.closest(".dot, .pair, .scroll") && event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    action();
  }

  step(by) {
    const next = this.number + by;
    if (next >= 0 && next < this.articles.length) return this.select(next);
    if (this.articles.length && next < 0 && this.number < 0) return undefined;
    const link = document.querySelector(`main a[rel="${by > 0 ? "next" : "prev"}"]`);
    return link?.click();
  }

  select(number) {
    this.articles[this.number]?.classList.remove("current");
    this.number = number;
    const article = this.articles[number];
    article.classList.add("current");
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: "nearest" });
  }

  open() {
    const current = this.articles[Math.max(0, this.number)];
    (current?.querySelector("h2 a") ?? document.querySelector("a[data-query]"))?.click();
  }

  compare() {
    const field = document.querySelector("[data-compare]");
    if (field) field.focus();
    else this.toList();
  }

  search() {
    const field = document.querySelector("form.tools input[type=search]");
    if (field) field.select();
    else this.toList();
  }

  // On the page of one query, searching and comparing go on in the list.
  toList() {
    document.querySelector("a[data-list]")?.click();
  }

  showKeys() {
    this.dialog ??= this.makeDialog();
    this.dialog.showModal();
  }

  makeDialog() {
    const dialog = document.createElement("dialog");
    dialog.className = "keys-dialog";
    const heading = document.createElement("h2");
    heading.textContent = "Keys";
    heading.id = "keys-heading";
    dialog.setAttribute("aria-labelledby", heading.id);
    const list = document.createElement("dl");
    for (const [keys, meaning] of KEYS) {
      const term = document.createElement("dt");
      keys.forEach((key, number) => {
        const kbd = document.createElement("kbd");
        kbd.textContent = key;
        term.append(...(number ? [" "] : []), kbd);
      });
      const description = document.createElement("dd");
      description.textContent = meaning;
      list.append(term, description);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.append(heading, list, close);
    document.body.append(dialog);
    return dialog;
  }
}

new QueryKeys();
