// Computes the ties of a leaderboard on the server, then shows its table again with them.
"use strict";

async function showTies(table) {
  if (!(await fetch(table.dataset.teamTies)).ok) return;
  const page = await (await fetch(location.href)).text();
  const renewed = new DOMParser().parseFromString(page, "text/html").querySelector("table.board");
  if (renewed) table.replaceWith(renewed);
}

const ranking = document.querySelector("[data-team-ties]");
if (ranking) showTies(ranking);
