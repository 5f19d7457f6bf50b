// "Running now": follows the runs by server-sent events while the page is visible, and asks for new rows when one is done.
"use strict";

const RETRY_MS = 10000;

class RunningRuns {
  constructor(section) {
    this.section = section;
    this.competition = section.dataset.competition;
    this.source = null;
    this.done = new Map([...section.querySelectorAll("[data-command]")].map((box) => [box.dataset.command, Number(box.dataset.done)]));
    this.shape = JSON.stringify([...this.done].map(([file, done]) => [file, done, this.runs(file)]));
    document.addEventListener("visibilitychange", () => this.follow());
    section.addEventListener("submit", (event) => this.stop(event));
    this.follow();
  }

  runs(file) {
    return [...this.section.querySelectorAll(`[data-command="${CSS.escape(file)}"] [data-run]`)].map((item) => item.dataset.run);
  }

  // A hidden page needs no connection: browsers open six to a site at most.
  follow() {
    if (document.hidden) {
      this.source?.close();
      this.source = null;
    } else if (!this.source) {
      this.source = new EventSource(this.section.dataset.events);
      this.source.addEventListener("message", (event) => this.receive(JSON.parse(event.data)));
      this.source.addEventListener("error", () => this.retry());
    }
  }

  retry() {
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.source = null;
    setTimeout(() => this.follow(), RETRY_MS);
  }

  receive(commands) {
    if (commands === 0) return;
    const own = commands.filter((command) => !this.competition || command[1] === this.competition);
    const shape = JSON.stringify(own.map(([file, , done, , runs]) => [file, done, runs.map((run) => run[0])]));
    const done = new Map(own.map((command) => [command[0], command[2]]));
    const ended = [...this.done].some(([file, count]) => (done.get(file) ?? Infinity) > count);
    if (shape !== this.shape) this.load();
    this.shape = shape;
    this.done = done;
    if (ended) this.showEntries();
    own.flatMap((command) => command[4]).forEach((run) => this.update(run));
  }

  update([id, share, stage, times, memory]) {
    const item = this.section.querySelector(`[data-run="${CSS.escape(id)}"]`);
    if (!item) return;
    item.querySelector("progress").value = share;
    for (const [name, text] of Object.entries({ stage, times, memory })) {
      const place = item.querySelector(`[data-${name}]`);
      if (place.textContent !== text) place.textContent = text;
    }
  }

  async load() {
    const answer = await fetch(`/live/section?competition=${encodeURIComponent(this.competition)}`).catch(() => null);
    if (!answer?.ok) return;
    const box = this.section.querySelector("[data-commands]");
    box.innerHTML = await answer.text();
    this.section.hidden = !box.querySelector("article");
  }

  // The board fetches its rows again; the cards of the home page are taken from a new copy of that page.
  async showEntries() {
    document.dispatchEvent(new Event("board:refresh"));
    const cards = document.querySelector(".competitions");
    if (!cards) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".competitions");
    if (fresh) cards.replaceWith(fresh);
  }

  async stop(event) {
    event.preventDefault();
    const button = event.target.querySelector("button");
    button.disabled = true;
    button.textContent = "Stopping";
    const body = new URLSearchParams(new FormData(event.target));
    await fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  }
}

const running = document.getElementById("running");
if (running) new RunningRuns(running);
