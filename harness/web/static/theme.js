// Before anything is drawn: the colours that the reader chose, if they chose any.
"use strict";
document.documentElement.classList.add("scripted");
try {
  const chosen = localStorage.getItem("landmark-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* a browser that keeps nothing follows the system */ }
