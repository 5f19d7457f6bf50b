// Loads the page of a submission anew when its status has changed.
"use strict";

const WAITING = ["queued", "running"];

async function look(shown) {
  const answer = await fetch(location.href);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-status]");
  if (found && found.dataset.status !== shown) location.reload();
  else setTimeout(look, 2000, shown);
}

const status = document.querySelector("[data-status]").dataset.status;
if (WAITING.includes(status)) setTimeout(look, 1000, status);
