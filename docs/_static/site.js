// Small help for readers with JavaScript; every page can be read without.

// A box that scrolls can be reached and scrolled by keyboard; one that does not scroll is no stop on the way. The browser
// says when it has laid a box out, in another size: to ask would make it lay out the whole page, far below its first sight.
const BOXES = ".math-scroll, .table-wrapper, .highlight pre, .cell_output .output, .sig";
const sizes = new ResizeObserver(changes => {
  for (const { target: box } of changes) {
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
});
function markScrolling() {
  sizes.disconnect();
  for (const box of document.querySelectorAll(BOXES)) sizes.observe(box);
}
markScrolling();
document.fonts?.addEventListener("loadingdone", markScrolling); // another face can be wider in the same box

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
