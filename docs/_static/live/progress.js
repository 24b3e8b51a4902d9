// What a reader has tried and solved. It is kept in this browser alone, by page and cell:
// {"pictures/padding task-mirror": {"tries": 2, "solved": "2026-11-29", "code": "…"}}.

import { make } from "../elements.js";

const KEY = "convbook exercises"; // other sites may have the same host
const SITE = new URL("..", load.folder);
const TODAY = () => new Date().toISOString().slice(0, 10);

const pageAt = address => new URL(address, location).pathname.slice(SITE.pathname.length).replace(/\.html$/, "");
const keyOf = (name, address = location.href) => `${pageAt(address)} ${name}`;

function all() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    return found instanceof Object && !Array.isArray(found) ? found : {};
  } catch { // a browser that keeps nothing
    return {};
  }
}

/** Note a try at the cell of this page, with the reader's code, if there is any; give how many there have been. */
export function note(name, right, code) {
  const tasks = all(), before = tasks[keyOf(name)];
  const tries = (before?.tries ?? 0) + 1;
  const kept = before?.solved && !right ? before.code : code ?? before?.code; // what was right is not lost
  tasks[keyOf(name)] = { tries, solved: before?.solved ?? (right ? TODAY() : null), code: kept };
  try {
    localStorage.setItem(KEY, JSON.stringify(tasks));
  } catch { /* a browser that keeps nothing */ }
  tell();
  return tries;
}

/** The code of the last try at a cell of this page, if there has been one. */
export const triedCode = name => all()[keyOf(name)]?.code;

function mark(place, task) {
  place.querySelector(":scope > .task-solved")?.remove();
  if (task?.solved) place.append(" ", make("strong", { className: "task-solved" }, `Solved on ${task.solved}.`));
}

/** Say at each exercise of this page, or of the list of all, whether it has been solved. */
export function tell() {
  const tasks = all();
  for (const place of document.querySelectorAll(".task")) mark(place, tasks[keyOf(place.dataset.cell)]);
  const links = [...document.querySelectorAll(".task-list a")];
  if (!links.length) return;
  let solved = 0;
  for (const link of links) {
    const name = [...link.classList].find(one => one.startsWith("fills-")).slice("fills-".length);
    const task = tasks[keyOf(name, link.href)];
    mark(link.parentElement, task);
    if (task?.solved) solved++;
  }
  const { sum, buttons } = account ??= begun();
  sum.textContent = `${solved} of ${links.length} solved in this browser.`;
  for (const button of buttons) button.setAttribute("aria-disabled", !Object.keys(tasks).length);
}

// The list of all --------------------------------------------------------------------------------------------

let account;

/** Fill the account's place before the list: the sum, and what can be done with what is kept. */
function begun() {
  const sum = make("p");
  sum.setAttribute("role", "status");
  const buttons = [["Export", save], ["Delete", forget]].map(([words, press]) => {
    const button = make("button", { type: "button" }, words);
    button.addEventListener("click", () => Object.keys(all()).length && press());
    return button;
  });
  document.querySelector(".task-account").append(sum, ...buttons);
  return { sum, buttons };
}

function save() {
  const address = URL.createObjectURL(new Blob([JSON.stringify(all(), null, 2)], { type: "application/json" }));
  make("a", { href: address, download: "exercises.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function forget() {
  if (!confirm("Delete what this browser keeps of your exercises: tries, code, and what you have solved?")) return;
  localStorage.removeItem(KEY);
  tell();
}
