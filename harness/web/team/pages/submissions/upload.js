// Files can be dropped on an upload form; a bar shows the progress. Without this script the form works as it is.
"use strict";

class Upload {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.state = form.querySelector(".upload-state");
    this.drop = form.querySelector(".drop");
    const hint = document.createElement("span");
    hint.className = "quiet small";
    hint.textContent = "or drop a file here";
    this.input.after(" ", hint);
    for (const type of ["dragenter", "dragover"]) form.addEventListener(type, (event) => this.over(event, true));
    for (const type of ["dragleave", "dragend"]) form.addEventListener(type, (event) => this.over(event, false));
    form.addEventListener("drop", (event) => this.take(event));
    form.addEventListener("submit", (event) => this.send(event));
  }

  over(event, isOver) {
    event.preventDefault();
    this.drop.classList.toggle("over", isOver);
  }

  take(event) {
    this.over(event, false);
    if (event.dataTransfer.files.length) this.input.files = event.dataTransfer.files;
  }

  say(text) {
    this.state.hidden = false;
    this.state.replaceChildren(text);
  }

  send(event) {
    const [file] = this.input.files;
    event.preventDefault();
    if (file.size > Number(this.form.dataset.limit)) {
      this.say(`The file has ${(file.size / 1e6).toFixed(1)} MB, which is more than is accepted.`);
      return;
    }
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", "upload");
    this.text = document.createElement("span");
    this.say("");
    this.state.append(this.bar, " ", this.text);
    this.busy(true);
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (progress) => this.progress(progress));
    request.addEventListener("load", () => this.done(request));
    request.addEventListener("error", () => this.fail("The connection was lost; submit the file again."));
    request.open("POST", this.form.action);
    request.send(new FormData(this.form));
  }

  busy(isBusy) {
    this.form.querySelector("button").disabled = isBusy;
  }

  progress(event) {
    if (!event.lengthComputable) return;
    this.bar.value = event.loaded / event.total;
    const percent = Math.round(100 * this.bar.value);
    this.text.textContent = percent < 100 ? `${percent} % of ${(event.total / 1e6).toFixed(1)} MB` : "checking …";
  }

  done(request) {
    if (request.status < 400) {
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    this.fail(page.querySelector("main .lead")?.textContent.trim() || `The server answered ${request.status}.`);
  }

  fail(text) {
    this.busy(false);
    this.say(text);
  }
}

for (const form of document.querySelectorAll("form.upload[enctype]")) new Upload(form);
