// Small help for readers with JavaScript; every page can be read without.

// A box that scrolls can be reached and scrolled by keyboard; one that does not scroll is no stop on the way. To ask all
// boxes of a long page at once would hold up its first sight, so they are asked in the browser's free time.
const BOXES = ".math-scroll, .table-wrapper, .highlight pre, .cell_output .output, .sig";
const later = window.requestIdleCallback ?? (work => setTimeout(() => work({ timeRemaining: () => 5 }), 20));
function markScrolling(boxes) {
  later(deadline => {
    do {
      const box = boxes.pop();
      if (!box) return;
      if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    } while (deadline.timeRemaining() > 1);
    markScrolling(boxes);
  });
}
const markAll = () => markScrolling([...document.querySelectorAll(BOXES)].reverse());
addEventListener("load", markAll);
addEventListener("resize", markAll);
document.fonts?.ready.then(markAll);
// A fold that opens shows boxes that had no width before.
addEventListener("toggle", ({ target }) => markScrolling([...target.querySelectorAll(BOXES)].reverse()), true);

// Excerpts of what a search finds come from the pages themselves, which a browser does not hand out from a folder.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// Paper has no folds, and nothing to copy.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], .copies > *)")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
  opened = [];
});
