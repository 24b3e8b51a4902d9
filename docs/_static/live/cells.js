// Cells that run in the page: each run begins in a fresh namespace with the cells that this one needs, as they now stand,
// and ends below the built output, with what the guard says of it. Python runs in a worker; to stop it is to end that.

import { make, say } from "../elements.js";
import { matches, verdict } from "../guards.js";

const editors = new Map(); // cells that a reader edits, by their names: their fields
const waiting = new Map(); // runs that have not ended, by their numbers
let worker, runs = 0, chapter;

// The worker -------------------------------------------------------------------------------------------------

function end(words) {
  worker?.terminate();
  worker = undefined;
  for (const { fail } of waiting.values()) fail(new Error(words));
  waiting.clear();
}

function ask(job, tell) {
  if (!worker) {
    worker = new Worker(`${load.folder}live/worker.js?v=${load.version}`, { type: "module" });
    worker.addEventListener("error", () => end("Python could not be started in this browser."));
    worker.addEventListener("message", ({ data }) => {
      const run = waiting.get(data.number);
      if (!run) return;
      if (data.words) return run.tell(data.words);
      waiting.delete(data.number);
      if (data.result) return run.done(data.result);
      run.fail(new Error(data.failure));
      end(data.failure); // it may not have started whole
    });
  }
  const number = ++runs;
  return new Promise((done, fail) => {
    waiting.set(number, { done, fail, tell });
    worker.postMessage({ ...job, number });
  });
}

// What is run ------------------------------------------------------------------------------------------------

async function planned(address) {
  if (location.protocol === "file:") {
    throw new Error("A browser runs no Python from a folder. Serve the folder with python -m http.server, and open the "
      + "address that it prints.");
  }
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    throw new Error("This browser has no WebAssembly, which Python needs.");
  }
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The cells of this page could not be fetched (${response.status}).`);
  return response.json();
}

/** A cell with its code, or what a reader has made of it. */
const asItStands = ({ name, code, fails }) => ({ name, code: editors.get(name)?.value ?? code, fails });

/** The last cell before the one at `index` that binds a name, and is not among those that run before it. */
const binding = (cells, index, name, needs) =>
  cells.findLastIndex((cell, n) => n < index && cell.binds.includes(name) && !needs.has(n));

async function execute(plan, name, tell) {
  chapter ??= planned(plan);
  chapter.catch(() => { chapter = undefined; });
  const { cells, library } = await chapter;
  const base = new URL(plan, location);
  const index = cells.findIndex(cell => cell.name === name), cell = cells[index];
  if (cell.reason !== null) throw new Error(cell.reason);
  const needs = new Set(cell.needs);
  for (;;) {
    const needed = [...needs].sort((a, b) => a - b).map(n => cells[n]);
    const files = Object.fromEntries([...needed, cell].flatMap(one => one.files));
    const result = await ask({
      library: new URL(library, base).href,
      needed: needed.map(asItStands),
      cell: asItStands(cell),
      files: Object.entries(files).map(([name, address]) => ({ name, address: new URL(address, base).href })),
    }, tell);
    // A name that the text as built does not use: what a reader has written may need another cell.
    const more = result.unknown && editors.size ? binding(cells, index, result.unknown, needs) : -1;
    if (more < 0) return { result, cell };
    for (const n of [more, ...cells[more].needs]) needs.add(n);
  }
}

// What is said -----------------------------------------------------------------------------------------------

function failureOf({ type, message, line, cell }) {
  const place = cell ? ` in ${cell}, which this cell needs` : line ? `, line ${line}` : "";
  return `${type}${place}${message ? `: ${message}` : ""}`;
}

function judged(cell, { shown, error }, seconds) {
  const time = seconds < 1 ? `${Math.round(1000 * seconds)} ms.` : `${seconds.toFixed(1)} s.`;
  if (cell.guard !== null) {
    if (matches(cell.guard, shown)) return `Agrees with the guard. ${time}`;
    return error ? `Ended with an error. ${time}` : `Not what the guard expects. ${verdict(cell.guard, shown).text} ${time}`;
  }
  if (error) return `Ended with an error. ${time}`;
  return cell.free ? `There is no guard: ${cell.free} ${time}` : `Done. ${time}`;
}

function drawn({ kind, text }) {
  if (kind === "text") return make("pre", {}, text);
  const box = make("div");
  box.innerHTML = text; // the drawing of the reader's own cell, in the markup that the runner writes
  return box;
}

// A cell of the page -----------------------------------------------------------------------------------------

class Cell {
  constructor(buttons, plan) {
    this.plan = plan;
    this.buttons = buttons;
    [this.runButton, this.editButton] = buttons.children;
    this.name = buttons.closest(".copies").querySelector("summary .visually-hidden").textContent.trim();
    this.code = buttons.closest(".cell").querySelector(":scope .cell_input > [class*=highlight-]");
  }

  label(button, word) {
    button.textContent = word;
    button.setAttribute("aria-label", `${word} ${this.name}`);
  }

  /** Where a run shows what it gives: below the built output and the copies. */
  get place() {
    if (!this.made) {
      this.status = make("p", { className: "live-status" });
      this.status.setAttribute("role", "status");
      this.outputs = make("div", { className: "live-outputs" });
      this.made = make("section", { className: "live" },
        make("div", { className: "live-head" }, make("strong", {}, "Yours"), this.status), this.outputs);
      this.made.setAttribute("aria-label", `Your run of ${this.name}`);
      this.buttons.closest(".copies").after(this.made);
    }
    return this.made;
  }

  async run() {
    if (this.running) return end("Stopped. Python starts anew at the next run.");
    this.place.removeAttribute("hidden");
    this.running = true;
    this.label(this.runButton, "Stop");
    const words = text => { this.status.textContent = text; };
    words("Waiting …"); // for Python, or for another cell
    let began = performance.now();
    try {
      const { result, cell } = await execute(this.plan, this.name, text => {
        if (text === "Running …") began = performance.now();
        words(text);
      });
      this.show(result);
      say(this.status, judged(cell, result, (performance.now() - began) / 1000));
    } catch (error) {
      this.outputs.replaceChildren();
      words(error.message);
    }
    this.running = false;
    this.label(this.runButton, "Run");
  }

  show({ outputs, error }) {
    const parts = outputs.map(drawn);
    if (error) parts.push(make("pre", { className: "live-error" }, failureOf(error)));
    this.outputs.replaceChildren(...parts);
    for (const box of this.outputs.children) {
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    }
  }

  edit() {
    if (editors.has(this.name)) return this.reset();
    const text = this.code.querySelector("pre").textContent.replace(/\n$/, "");
    const field = make("textarea", { className: "live-editor", value: text, spellcheck: false, autocomplete: "off" });
    field.setAttribute("aria-label", `Code of ${this.name}`);
    field.setAttribute("autocapitalize", "off");
    field.setAttribute("wrap", "off");
    const fit = () => { field.rows = Math.max(2, field.value.split("\n").length); };
    fit();
    field.addEventListener("input", fit);
    field.addEventListener("keydown", event => this.typed(event));
    editors.set(this.name, field);
    this.code.before(field);
    this.code.hidden = true;
    this.label(this.editButton, "Reset");
    field.focus({ preventScroll: true });
  }

  /** Shift+Enter runs; Enter keeps the indentation, and goes in after a colon. */
  typed(event) {
    const { target: field } = event;
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      if (!this.running && !event.repeat) this.run();
      return;
    }
    const line = field.value.slice(0, field.selectionStart).split("\n").at(-1);
    const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : "");
    document.execCommand("insertText", false, `\n${indent}`); // the one way that can be undone
  }

  reset() {
    editors.get(this.name).remove();
    editors.delete(this.name);
    this.code.hidden = false;
    this.label(this.editButton, "Edit");
    this.editButton.focus({ preventScroll: true });
  }
}

const known = new WeakMap();

function cellOf(buttons, plan) {
  if (!known.has(buttons)) known.set(buttons, new Cell(buttons, plan));
  return known.get(buttons);
}

/** Run the cell to which these buttons belong, or stop its run. */
export const run = (buttons, plan) => cellOf(buttons, plan).run();

/** Let a reader edit the cell to which these buttons belong, or put back what the book has. */
export const edit = (buttons, plan) => cellOf(buttons, plan).edit();
