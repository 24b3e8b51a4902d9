// Buttons that put a snippet on the clipboard. Its text is in the page, in the fold, which needs no script to be read.

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);

function say(text) {
  said.textContent = "";
  setTimeout(() => { said.textContent = text; }, 50); // the same words twice would be silent
}

// A word in the place of the label, for a moment, while the button keeps its width.
function show(button, word) {
  const label = button.firstElementChild;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.classList.add("done");
  label.textContent = word;
  button.setAttribute("aria-label", `${word}: ${button.dataset.what}`);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    button.classList.remove("done");
    label.textContent = button.value;
    button.setAttribute("aria-label", `Copy ${button.dataset.what}`);
  }, 2000);
}

async function copy(button, form, what) {
  const code = form.querySelector("pre");
  try {
    await navigator.clipboard.writeText(code.textContent);
    show(button, "Copied");
    say(`Copied: ${what}`);
  } catch { // refused, or there is none: the reader copies by hand
    const fold = form.closest("details");
    fold.open = true;
    colorAll(fold); // now: later would take away what is selected
    getSelection().selectAllChildren(code);
    code.scrollIntoView({ block: "nearest" });
    show(button, "Selected");
    say(`The browser keeps its clipboard closed. The code is selected: ${what}`);
  }
}

function button(form, name) {
  const made = document.createElement("button");
  const label = form.querySelector(".copies-label").textContent;
  const what = `${label.replace(/^S/, "s")}, ${name}`;
  made.type = "button";
  made.value = label;
  made.append(document.createElement("span"));
  made.firstElementChild.textContent = label;
  made.dataset.what = what;
  made.setAttribute("aria-label", `Copy ${what}`);
  made.addEventListener("click", () => copy(made, form, what));
  return made;
}

for (const copies of document.querySelectorAll(".copies")) {
  const buttons = document.createElement("div");
  const name = copies.querySelector("summary .visually-hidden").textContent.trim();
  buttons.className = "copies-buttons";
  buttons.append(...[...copies.querySelectorAll(".copies-form")].map(form => button(form, name)));
  copies.prepend(buttons);
}

// The button on the code itself shows that it has copied; it does not say so. (It is there in a later task than this.)
addEventListener("load", () => setTimeout(() => {
  const watch = new MutationObserver(changes => {
    if (changes.some(({ target }) => target.classList.contains("success"))) say("Copied: the code as shown");
  });
  for (const one of document.querySelectorAll("button.copybtn")) watch.observe(one, { attributeFilter: ["class"] });
}));

// Colors for a copy when its fold is first opened. The page has the plain text: most copies are never looked at.
const TOKENS = new RegExp([
  /(?<c1>#.*)/,
  /(?<s2>(?<!\w)[bfr]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))/,
  /(?<=\b(?:class|def) )(?<nf>\w+)/,
  /\b(?<k>and|as|assert|break|class|continue|def|del|elif|else|except|False|finally|for|from|global|if|import|in|is|lambda|None|nonlocal|not|or|pass|raise|return|True|try|while|with|yield)\b/,
].map(one => one.source).join("|"), "g");

function color(pre) {
  const text = pre.textContent, parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const span = document.createElement("span");
    [span.className, span.textContent] = Object.entries(match.groups).find(([, found]) => found !== undefined);
    parts.push(text.slice(end, match.index), span);
    end = match.index + match[0].length;
  }
  pre.replaceChildren(...parts, text.slice(end));
}

function colorAll(fold) {
  for (const pre of fold.querySelectorAll("pre:not(.colored)")) {
    color(pre);
    pre.classList.add("colored");
  }
}

addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches(".copies > details")) colorAll(target);
}, true);
