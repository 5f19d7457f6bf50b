// The page that starts a run: the command as one types, the parameters of another solution at once, the queue as it moves.
"use strict";

const WAIT_MS = 350;
const QUEUE_MS = 2000;

class StartForm {
  constructor(form) {
    this.form = form;
    this.timer = 0;
    this.request = null;
    form.addEventListener("input", (event) => (event.target.matches("[data-choice]") ? null : this.later()));
    form.querySelector("[data-choice]").addEventListener("change", () => form.submit());
    this.copy = form.querySelector("[data-copy]");
    this.copy.hidden = !navigator.clipboard;
    this.copy.addEventListener("click", () => this.copyCommand());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.show(), WAIT_MS);
  }

  async show() {
    this.request?.abort();
    this.request = new AbortController();
    const query = new URLSearchParams(new FormData(this.form));
    const answer = await fetch(`/start/command?${query}`, { signal: this.request.signal }).catch(() => null);
    if (!answer?.ok) return;
    const { command, error } = await answer.json();
    for (const [name, text] of [["command", command], ["error", error]]) {
      const place = this.form.querySelector(`[data-${name}]`);
      place.textContent = text;
      place.hidden = !text;
    }
  }

  async copyCommand() {
    await navigator.clipboard.writeText(this.form.querySelector("[data-command]").textContent).catch(() => null);
    this.copy.textContent = "Copied";
  }
}

async function followQueue(box) {
  for (;;) {
    await new Promise((done) => { setTimeout(done, QUEUE_MS); });
    if (document.hidden || !box.querySelector("[data-busy='1']") || box.contains(document.activeElement)) continue;
    const answer = await fetch("/start/queue").catch(() => null);
    if (answer?.ok) box.innerHTML = await answer.text();
  }
}

const startForm = document.getElementById("start");
if (startForm) new StartForm(startForm);
followQueue(document.getElementById("queue-rows"));
