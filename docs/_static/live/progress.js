// What a reader has tried and solved. It is kept in this browser alone, by page and cell:
// {"pictures/padding task-mirror": {"tries": 2, "solved": "2026-11-29", "code": "…"}}.

import { make } from "../elements.js";

const KEY = "tasks";
const SITE = new URL("..", load.folder);
const TODAY = () => new Date().toISOString().slice(0, 10);

const pageAt = address => new URL(address, location).pathname.slice(SITE.pathname.length).replace(/\.html$/, "");
const keyOf = (name, address = location.href) => `${pageAt(address)} ${name}`;

function all() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch { // a browser that keeps nothing
    return {};
  }
}

/** Note a try at the cell of this page, with its code; give how many there have been. */
export function note(name, right, code) {
  const tasks = all(), before = tasks[keyOf(name)];
  const tries = (before?.tries ?? 0) + 1;
  tasks[keyOf(name)] = { tries, solved: before?.solved ?? (right ? TODAY() : null), code };
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
  account(solved, links.length, tasks);
}

// The list of all --------------------------------------------------------------------------------------------

function account(solved, total, tasks) {
  const place = document.querySelector(".task-account") ?? make("div", { className: "task-account" });
  const none = !Object.keys(tasks).length;
  const button = (words, press) => {
    const made = make("button", { type: "button", disabled: none }, words);
    made.addEventListener("click", press);
    return made;
  };
  const sum = make("p", {}, `${solved} of ${total} solved in this browser.`);
  sum.setAttribute("role", "status");
  place.replaceChildren(sum, button("Export", () => save(tasks)), button("Delete", forget));
  if (!place.isConnected) document.querySelector(".task-list").parentElement.querySelector("p").after(place);
}

function save(tasks) {
  const address = URL.createObjectURL(new Blob([JSON.stringify(tasks, null, 2)], { type: "application/json" }));
  make("a", { href: address, download: "exercises.json" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function forget() {
  if (!confirm("Delete what this browser keeps of your exercises: tries, code, and what you have solved?")) return;
  localStorage.removeItem(KEY);
  tell();
}
