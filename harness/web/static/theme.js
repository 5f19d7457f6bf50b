// Apply the stored theme before the page is drawn.
"use strict";
document.documentElement.classList.add("scripted");
try {
  const chosen = localStorage.getItem("landmark-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* no storage: follow the system */ }
