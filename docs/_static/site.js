// Small help for readers with JavaScript; every page can be read without.

// A box that scrolls can be reached and scrolled by keyboard; one that does not scroll is no stop on the way.
const SCROLLING = ".math-scroll, .table-wrapper, .highlight pre, .cell_output .output, .sig";
function markScrolling() {
  for (const box of document.querySelectorAll(SCROLLING)) {
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}
addEventListener("load", markScrolling);
addEventListener("resize", markScrolling);
document.fonts?.ready.then(markScrolling);
addEventListener("toggle", markScrolling, true); // a fold that opens shows boxes that had no width before

// Excerpts of what a search finds come from the pages themselves, which a browser does not hand out from a folder.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// Paper has no folds, and nothing to take along.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], .take > *)")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
  opened = [];
});
