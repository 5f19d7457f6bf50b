// Reloads the page of a submission when its status changes.
"use strict";

const UNFINISHED = ["queued", "running"];

async function poll(status) {
  const response = await fetch(location.href);
  const element = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-status]");
  if (element && element.dataset.status !== status) location.reload();
  else setTimeout(poll, 2000, status);
}

const status = document.querySelector("[data-status]").dataset.status;
if (UNFINISHED.includes(status)) setTimeout(poll, 1000, status);
