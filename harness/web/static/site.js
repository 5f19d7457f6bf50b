// The theme switch.
"use strict";

const THEMES = { "": "Theme: auto", light: "Theme: light", dark: "Theme: dark" };

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

themeSwitch(document.getElementById("theme"));
