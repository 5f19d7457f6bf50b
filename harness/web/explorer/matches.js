// Go through the matched pairs of a drawing by the arrow keys up and down: one pair at a time can be reached by Tab.
"use strict";

for (const drawing of document.querySelectorAll(".matched > svg")) {
  const pairs = [...drawing.querySelectorAll(".pair")];
  drawing.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const current = pairs.indexOf(document.activeElement);
    if (!by || current < 0) return;
    event.preventDefault();
    const next = pairs[(current + by + pairs.length) % pairs.length];
    pairs[current].tabIndex = -1;
    next.tabIndex = 0;
    next.focus({ preventScroll: true });
  });
}
