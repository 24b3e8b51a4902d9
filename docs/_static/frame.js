// The frame of a page: the theme's button, the button back to the top, and the place in the table of contents. Furo's
// own script does the same, but it asks where every heading lies, before anybody scrolls; for an answer a browser must
// lay out the whole page, also what is far below.
{
  const root = document.documentElement, header = document.querySelector("header");

  // Automatic, then what the system does not have, then what it has: so that the first click shows a change.
  const nextTheme = () => {
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const order = ["auto", system === "dark" ? "light" : "dark", system];
    return order[(order.indexOf(document.body.dataset.theme) + 1) % order.length];
  };
  for (const button of document.querySelectorAll(".theme-toggle")) {
    button.addEventListener("click", () => {
      const theme = document.body.dataset.theme = nextTheme();
      try {
        localStorage.setItem("theme", theme);
      } catch { /* a browser that keeps nothing */ }
    });
  }

  // A browser goes to the place that an address names; then parts above it are laid out, get their true heights and move
  // it away. So it is asked to go again, frame by frame for half a second, until the reader moves.
  const FRAMES = 30, MOVES = ["wheel", "touchmove", "keydown", "pointerdown"];
  let left = 0;
  const stay = () => { left = 0; };
  for (const move of MOVES) addEventListener(move, stay, { passive: true });
  function arrive() {
    const place = document.querySelector(":target");
    const again = () => {
      if (left-- <= 0) return;
      place.scrollIntoView();
      requestAnimationFrame(again);
    };
    left = FRAMES;
    if (place) again();
  }
  // Not after "back", which goes to where the reader was.
  if (location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") addEventListener("load", arrive);
  addEventListener("click", ({ target }) => {
    const { hash } = target.closest("a[href^='#']") ?? location;
    if (hash !== location.hash) addEventListener("hashchange", arrive, { once: true });
  });

  // Who scrolls up may want to go to the top.
  const TOP = 64;
  let before = 0, asked = false;
  addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      const down = scrollY;
      header?.classList.toggle("scrolled", down > 0);
      if (down < TOP || down > before) root.classList.remove("show-back-to-top");
      else if (down < before) root.classList.add("show-back-to-top");
      before = down;
      mark();
    });
  }, { passive: true });

  // What is read is the last section that begins above a line near the top of the window, where a jump brings a heading;
  // at the end of the page it is the last one.
  const sections = new Map(), seen = new Set();
  for (const link of document.querySelectorAll(".toc-tree a")) {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (section) sections.set(section, link.closest("li"));
  }
  const box = document.querySelector(".toc-scroll"), narrow = matchMedia("(max-width: 63em)"); // with a bar above the page
  let watcher, read;
  function mark() {
    const atEnd = scrollY > 0 && innerHeight + scrollY >= root.scrollHeight - 1;
    const found = [...sections.keys()].findLast(section => atEnd || seen.has(section));
    if (found === read) return;
    sections.get(read)?.classList.remove("scroll-current");
    read = found;
    const entry = sections.get(read);
    if (!entry) return;
    entry.classList.add("scroll-current");
    const place = entry.getBoundingClientRect(), room = box.getBoundingClientRect();
    if (place.top < room.top || place.bottom > room.bottom) box.scrollTop += place.top - room.top - room.height / 2;
  }
  function watch() {
    watcher?.disconnect();
    seen.clear();
    const line = (narrow.matches ? 7 : 3) * parseFloat(getComputedStyle(root).fontSize);
    watcher = new IntersectionObserver(changes => {
      for (const { target, isIntersecting } of changes) seen[isIntersecting ? "add" : "delete"](target);
      mark();
    }, { rootMargin: `0px 0px ${Math.min(0, Math.ceil(line) - innerHeight)}px` });
    for (const section of sections.keys()) watcher.observe(section);
  }
  if (sections.size) {
    requestAnimationFrame(watch); // with the frame's own styles: to ask now would have them computed twice
    addEventListener("resize", watch);
  }
}
