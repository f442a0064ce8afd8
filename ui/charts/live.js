// Figures that live: they are asked for again while somebody looks at them, and
// only what changed is changed, so that focus, scroll and open parts stay.
import { Idiomorph } from "idiomorph";

const every = 15_000;

export function live(htmx) {
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph",
    handleSwap: (style, target, fragment) => style === "morph" && Idiomorph.morph(target, fragment.children, { callbacks: { beforeAttributeUpdated, beforeNodeMorphed } }),
  });
  setInterval(() => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-live]")) htmx.trigger(part, "hoten:live");
  }, every);
}

// What the reader opened or closed stays so.
function beforeAttributeUpdated(name, node) {
  return !(name === "open" && node.tagName === "DETAILS");
}

// A drawn chart is redrawn from its table, not emptied.
function beforeNodeMorphed(node) {
  return !node.dataset?.chart;
}
