// Covered outputs: each checked one asks for a prediction, which is compared by the guards' rules, and each figure waits
// for a click. The style sheet covers; here are the fields, what they say, and the account at the end of the chapter.

import { make, say, sendOnEnter } from "./elements.js";
import { verdict } from "./guards.js";

const KEY = `predictions ${location.pathname}`;
const kept = restore();
const predictions = []; // {name, output, form, link, expected}, in the order of the page
const account = { sum: make("p"), left: make("ul", { className: "predict-left" }) };
let made = false;

function restore() { // for the visit: what was predicted and what was shown, by the cells' names
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function keep(name, how) {
  kept[name] = how;
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch { /* a browser that keeps nothing */ }
}

const unseen = text => make("span", { className: "visually-hidden" }, text);

/** The text of an output; where a page shows it otherwise than the guards see it, the build has written what they see. */
function expectedOf(output) {
  const guard = output.querySelector(":scope > .cell-checked").dataset.guard;
  if (guard !== undefined) return guard;
  return [...output.querySelectorAll(":scope > .output:not(.stderr)")].map(({ textContent }) => textContent).join("\n");
}

function show(one, how, words) {
  const within = one.form.contains(document.activeElement);
  one.output.classList.add("seen");
  one.status.textContent = words;
  if (within) one.status.focus(); // the field that had the focus is gone
  keep(one.name, how);
  tell();
}

function check(one) {
  const { right, text } = verdict(one.expected, one.field.value);
  if (right) show(one, "predicted", `Predicted. ${text}`);
  else say(one.status, text);
}

function prediction(output, n) {
  const cell = output.closest(".cell");
  const name = cell.querySelector(":scope > .copies summary .visually-hidden")?.textContent.trim() || `output ${n + 1}`;
  cell.id ||= `predict-${name.replace(/\s/g, "-")}`;
  const field = make("textarea", { rows: 2, spellcheck: false, autocomplete: "off" });
  field.setAttribute("autocapitalize", "off");
  const button = (type, label) => make("button", { type }, label, unseen(` ${name}`));
  const giveUp = button("button", "Show");
  const status = make("p", { className: "prediction-status", tabIndex: -1 });
  status.setAttribute("role", "status");
  const form = make("form", { className: "prediction" },
    make("label", {}, make("span", {}, "Your prediction", unseen(` of ${name}`)), field),
    make("div", { className: "prediction-buttons" }, button("submit", "Check"), giveUp),
    status);
  const one = { name, output, form, field, status, cell, expected: expectedOf(output) };
  form.addEventListener("submit", event => {
    event.preventDefault();
    check(one);
  });
  sendOnEnter(field);
  giveUp.addEventListener("click", () => show(one, "shown", "Shown, not predicted."));
  output.prepend(form);
  if (kept[name]) {
    output.classList.add("seen");
    status.textContent = kept[name] === "predicted" ? "Predicted." : "Shown, not predicted.";
  }
  return one;
}

function coverFigure(figure) {
  const name = figure.querySelector(".caption-number")?.textContent.trim() || "the figure";
  const button = make("button", { type: "button", className: "figure-show" }, `Show ${name}`);
  button.addEventListener("click", () => {
    figure.classList.add("seen");
    figure.tabIndex = -1;
    figure.focus({ preventScroll: true });
    button.remove();
  });
  figure.prepend(button);
}

/** How many were predicted, and links to the others. */
function tell() {
  const count = how => predictions.filter(({ name }) => kept[name] === how).length;
  account.sum.textContent = `${count("predicted")} of ${predictions.length} outputs predicted, ${count("shown")} shown.`;
  account.left.replaceChildren(...predictions.filter(({ name }) => kept[name] !== "predicted").map(one => {
    const link = make("a", { href: `#${one.cell.id}` }, one.name);
    link.addEventListener("click", () => {
      for (let fold = one.cell.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    });
    return make("li", {}, link, kept[one.name] ? " (shown)" : "");
  }));
}

/** Give each checked output and each figure what uncovers it, once; the style sheet shows it while the switch is on. */
export function cover() {
  if (made) return;
  made = true;
  document.querySelectorAll(".cell_output:has(> .cell-checked)")
    .forEach((output, n) => predictions.push(prediction(output, n)));
  document.querySelectorAll(".cell_output figure").forEach(coverFigure);
  tell();
  const heading = make("h2", { id: "your-predictions" }, "Your predictions");
  const section = make("section", { className: "predict-account" }, heading, account.sum, account.left);
  section.setAttribute("aria-labelledby", heading.id);
  document.querySelector("article > section").append(section);
}
