// Enlarge photos in a dialog, an answer beside its query, with zoom. Without this script a photo opens on its own.
"use strict";

const MAX_ZOOM = 8;

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function makeButton(text, label, action) {
  const button = make("button", "", text);
  button.type = "button";
  if (label) button.setAttribute("aria-label", label);
  button.addEventListener("click", action);
  return button;
}

class PhotoDialog {
  constructor(links) {
    this.links = links;
    this.dialog = make("dialog", "enlarged");
    this.dialog.setAttribute("aria-label", "Photo");
    this.query = this.makeFigure();
    this.answer = this.makeFigure();
    this.view = make("div", "pair-view", this.query.figure, this.answer.figure);
    const buttons = make("div", "buttons",
      makeButton("← Previous", "", () => this.step(-1)), makeButton("Next →", "", () => this.step(1)),
      makeButton("+", "zoom in", () => this.zoomBy(1.5)), makeButton("−", "zoom out", () => this.zoomBy(1 / 1.5)),
      makeButton("Close", "", () => this.dialog.close()));
    this.dialog.append(this.view, buttons);
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("close", () => this.links[this.number].focus());
    document.body.append(this.dialog);
    links.forEach((link, number) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(number);
      this.dialog.showModal();
    }));
  }

  makeFigure() {
    const image = make("img");
    const frame = make("div", "frame", image);
    const caption = make("figcaption", "quiet");
    const figure = { image, frame, caption, figure: make("figure", "", frame, caption), zoom: 1, x: 0, y: 0 };
    frame.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoomFigure(figure, event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    frame.addEventListener("pointermove", (event) => { if (event.buttons === 1) this.drag(figure, event); });
    image.draggable = false;
    return figure;
  }

  // The link to the query that a photo answers: that of its list item, or that of the page.
  queryOf(link) {
    return (link.closest("article") ?? document).querySelector("a[data-query]");
  }

  show(number) {
    this.number = number;
    const link = this.links[number];
    const query = this.queryOf(link);
    const isAnswer = query !== null && query !== link;
    this.view.classList.toggle("two", isAnswer);
    this.query.figure.hidden = !isAnswer;
    if (isAnswer) this.fill(this.query, query);
    this.fill(this.answer, link);
  }

  fill(figure, link) {
    const text = link.querySelector("img").alt;
    Object.assign(figure, { zoom: 1, x: 0, y: 0 });
    if (figure.image.src !== link.href) figure.image.src = link.href;
    figure.image.alt = text;
    figure.caption.textContent = text;
    this.place(figure);
  }

  place(figure) {
    figure.image.style.transform = `translate(${figure.x}px, ${figure.y}px) scale(${figure.zoom})`;
  }

  zoomFigure(figure, factor) {
    figure.zoom = Math.min(MAX_ZOOM, Math.max(1, figure.zoom * factor));
    if (figure.zoom === 1) Object.assign(figure, { x: 0, y: 0 });
    this.place(figure);
  }

  zoomBy(factor) {
    this.zoomFigure(this.query, factor);
    this.zoomFigure(this.answer, factor);
  }

  drag(figure, event) {
    if (figure.zoom === 1) return;
    figure.x += event.movementX;
    figure.y += event.movementY;
    this.place(figure);
  }

  step(by) {
    this.show((this.number + by + this.links.length) % this.links.length);
  }

  key(event) {
    const actions = {
      ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), j: () => this.step(1), k: () => this.step(-1),
      "+": () => this.zoomBy(1.5), "=": () => this.zoomBy(1.5), "-": () => this.zoomBy(1 / 1.5),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }
}

const enlargeLinks = [...document.querySelectorAll("a[data-enlarge]")];
if (enlargeLinks.length) new PhotoDialog(enlargeLinks);
