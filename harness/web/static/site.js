// The theme switch; the fade of tables that go on to the right; content that is computed in the background.
"use strict";

const THEMES = { "": "Theme: auto", light: "Theme: light", dark: "Theme: dark" };
const POLL_MS = 1200;

function themeSwitch(button) {
  const root = document.documentElement;
  const showTheme = () => {
    button.textContent = THEMES[root.dataset.theme ?? ""];
    button.setAttribute("aria-label", `${button.textContent}, change`);
  };
  button.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    try { localStorage.setItem("landmark-theme", next); } catch { /* no storage: the choice lasts for this page */ }
    showTheme();
  });
  showTheme();
  button.hidden = false;
}

// A box of the class `scroll` gets `goes-on` while a part of its table lies beyond its right edge.
function fadeWideTables() {
  const mark = (box) => box.classList.toggle("goes-on", box.scrollWidth - box.clientWidth - box.scrollLeft > 2);
  const resized = new ResizeObserver((changes) => changes.forEach((change) => mark(change.target)));
  const seen = new WeakSet();
  const watch = () => document.querySelectorAll(".scroll").forEach((box) => {
    if (seen.has(box)) return;
    seen.add(box);
    box.addEventListener("scroll", () => mark(box), { passive: true });
    resized.observe(box);
  });
  watch();
  new MutationObserver(watch).observe(document.getElementById("content"), { childList: true, subtree: true });
}

// An element with `data-fetch` is replaced by what that address answers; 202 means: still being computed, ask again.
async function fetchComputed(box) {
  for (;;) {
    const answer = await fetch(box.dataset.fetch).catch(() => null);
    if (answer === null || (!answer.ok && answer.status !== 503)) break;
    if (answer.status === 200) {
      box.outerHTML = await answer.text();
      return;
    }
    const text = answer.status === 202 ? await answer.text() : "";
    const note = box.querySelector("[data-progress]");
    if (text && note) note.textContent = text;
    await new Promise((done) => { setTimeout(done, POLL_MS); });
  }
  box.textContent = "This part of the page could not be computed. Reload the page to try again.";
  box.className = "notice";
}

themeSwitch(document.getElementById("theme"));
fadeWideTables();
document.querySelectorAll("[data-fetch]").forEach(fetchComputed);
