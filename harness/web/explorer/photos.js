// Enlarge photos in a dialog with arrow keys. Without this script a photo opens on its own.
"use strict";

class PhotoDialog {
  constructor(links) {
    this.links = links;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "enlarged";
    this.dialog.setAttribute("aria-label", "Photo");
    this.image = document.createElement("img");
    this.caption = document.createElement("p");
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => this.dialog.close());
    this.dialog.append(this.image, this.caption, close);
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener("keydown", (event) => this.step(event));
    this.dialog.addEventListener("close", () => this.links[this.number].focus());
    document.body.append(this.dialog);
    links.forEach((link, number) => link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(number);
      this.dialog.showModal();
    }));
  }

  show(number) {
    this.number = number;
    const link = this.links[number];
    const thumbnail = link.querySelector("img");
    this.image.src = link.href;
    this.image.alt = thumbnail.alt;
    this.caption.textContent = thumbnail.alt;
  }

  step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.show((this.number + by + this.links.length) % this.links.length);
  }
}

const enlargeLinks = [...document.querySelectorAll("a[data-enlarge]")];
if (enlargeLinks.length) new PhotoDialog(enlargeLinks);
