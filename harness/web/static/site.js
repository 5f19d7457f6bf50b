// What makes pages handier; all of them can be read without it.
"use strict";

const THEMES = { "": "Theme: auto", light: "Theme: light", dark: "Theme: dark" };

function themeSwitch(button) {
  const root = document.documentElement;
  const tell = () => {
    button.textContent = THEMES[root.dataset.theme ?? ""];
    button.setAttribute("aria-label", `${button.textContent}, change`);
  };
  button.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(root.dataset.theme ?? "") + 1) % names.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    try { localStorage.setItem("landmark-theme", next); } catch { /* it lasts as long as the page */ }
    tell();
  });
  tell();
  button.hidden = false;
}

themeSwitch(document.getElementById("theme"));
