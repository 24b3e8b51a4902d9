// What a reader does with a cell of the page: runs it, stops it, edits it, puts back what the book has. What a run gives
// stands below the built output, with whether that is the book's.

import { make } from "../elements.js";
import { matches, verdict } from "../guards.js";
import { codeOf, editors, execute } from "./chapter.js";
import { note, triedCode } from "./progress.js";

const known = new Map(); // the cells of which a button has been pressed, by their names

// What is said -----------------------------------------------------------------------------------------------

/** The heading of an error: its type, the place, the message. A needed cell is a link, if the page shows it. */
function failureOf({ type, message, line, cell }, ran) {
  const said = message ? `: ${message}` : "";
  if (!cell) return [`${type}${line ? `, line ${line}` : ""}${said}`];
  const target = ran.find(({ name }) => name === cell)?.shown && document.getElementById(`live-${cell}`)?.closest(".cell");
  if (!target) return [`${type} in an earlier cell that is not shown, which this one needs${said}`];
  target.id ||= `cell-${cell}`;
  return [`${type} in `, make("a", { href: `#${target.id}` }, "an earlier cell"), `, which this one needs${said}`];
}

function judged({ guard, free }, { shown, error }, seconds) {
  const time = seconds < 1 ? `${Math.round(1000 * seconds)} ms.` : `${seconds.toFixed(1)} s.`;
  if (guard !== null) {
    if (matches(guard, shown)) return `Same as the book’s output. ${time}`;
    return error ? `Ended with an error. ${time}` : `Not the book’s output. ${verdict(guard, shown).text} ${time}`;
  }
  if (error) return `Ended with an error. ${time}`;
  return free ? `Done. The book’s output is not checked: ${free} ${time}` : `Done. ${time}`;
}

/** What is said of a try at an exercise; after two, that there is a `solution`, if it is still folded. */
function checkedWords({ wrong, error }, tries, solution) {
  if (error) return "Ended with an error.";
  if (wrong === null) return "Right.";
  return tries > 1 && solution ? `${wrong} If you like, open a hint or the solution below.` : wrong;
}

function drawn({ kind, text }) {
  if (kind === "text") return make("pre", {}, text);
  const box = make("div");
  box.innerHTML = text; // the drawing of the reader's own cell, in the markup that the runner writes
  return box;
}

// A cell of the page -----------------------------------------------------------------------------------------

class Cell {
  constructor(buttons, name, plan) {
    this.buttons = buttons;
    this.name = name;
    this.plan = plan;
    [this.runButton, this.editButton, this.checkButton] = ["Run", "Edit", "Check"]
      .map(word => buttons.querySelector(`[data-word=${word}]`));
    this.cell = buttons.closest(".cell");
    this.code = this.cell.querySelector(":scope .cell_input > [class*=highlight-]");
  }

  label(button, word) {
    button.textContent = word;
    button.setAttribute("aria-label", `${word} ${this.name}`);
  }

  /** Make the place where runs show what they give, once: below the built output and the copies. */
  makePlace() {
    if (this.status) return;
    this.status = make("p", { className: "live-status" });
    this.status.setAttribute("role", "status");
    this.outputs = make("div", { className: "live-outputs" });
    const place = make("section", { className: "live" },
      make("div", { className: "live-head" }, make("strong", {}, "Yours"), this.status), this.outputs);
    place.setAttribute("aria-label", `Your run of ${this.name}`);
    this.buttons.closest(".copies").after(place);
  }

  /** Whether the built output is covered, so that a run of the book's code would give the answer away. */
  get covered() {
    const output = document.body.hasAttribute("data-predict") && this.cell.querySelector(":scope > .cell_output");
    return output && !editors.has(this.name)
      && (output.matches(":not(.seen):has(> .prediction)") || output.querySelector("figure:not(.seen)") !== null);
  }

  /** Run the cell, or stop its run; `button` has been pressed. */
  async run(button = this.runButton) {
    if (this.stop) return button.textContent === "Stop" && this.stop.abort(new Error("Stopped."));
    this.makePlace();
    const words = text => { this.status.textContent = text; };
    if (this.covered) return words("Predict first: say what the output will be, or have it shown. Then run the cell.");
    const checked = button === this.checkButton, word = button.textContent;
    this.stop = new AbortController();
    this.label(button, "Stop");
    words("Waiting …"); // for Python, or for another cell
    let began = performance.now();
    const tell = text => {
      if (text === "Running …") began = performance.now();
      words(text);
    };
    try {
      const { result, cell, ran } = await execute(this.plan, this.name, { checked, tell, signal: this.stop.signal });
      this.ran = ran;
      this.show(result);
      this.verdict = checked ? this.tried(result) : judged(cell, result, (performance.now() - began) / 1000);
    } catch (error) {
      this.ran = undefined;
      this.outputs.replaceChildren();
      words(error.message);
    }
    this.stop = undefined;
    this.label(button, word);
    this.compare();
  }

  /** Note a try at the exercise, and say what is wrong. */
  tried(result) {
    const own = editors.has(this.name) ? this.ran.at(-1).as : undefined;
    const tries = note(this.name, !result.error && result.wrong === null, own);
    return checkedWords(result, tries, this.cell.parentElement.querySelector(":scope > .solution:not([open])"));
  }

  show({ outputs, error }) {
    const parts = outputs.map(drawn);
    if (error) parts.push(make("pre", { className: "live-error" }, ...failureOf(error, this.ran)));
    this.outputs.replaceChildren(...parts);
    for (const box of this.outputs.children) {
      if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) continue;
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", `Output of your run of ${this.name}`);
    }
  }

  /** Say what the last run gave, as long as the cells are as they were then. */
  compare() {
    if (this.stop || !this.ran) return;
    const same = this.ran.every(cell => codeOf(cell) === cell.as);
    const words = same ? this.verdict : "The code has changed since this run.";
    const parts = words.split("`").map((part, n) => n % 2 ? make("code", {}, part) : part);
    if (this.status.textContent !== words.replaceAll("`", "")) this.status.replaceChildren(...parts);
  }

  edit() {
    if (editors.has(this.name)) return this.reset();
    this.book = this.code.querySelector("pre").textContent.replace(/\n$/, "");
    this.open((this.checkButton && !this.undoButton && triedCode(this.name)) || this.book);
  }

  open(text) {
    const field = make("textarea", { className: "live-editor", value: text, spellcheck: false, autocomplete: "off" });
    field.setAttribute("aria-label", `Code of ${this.name}`);
    field.setAttribute("autocapitalize", "off");
    field.setAttribute("wrap", "off");
    const fit = () => { field.rows = Math.max(2, field.value.split("\n").length); };
    fit();
    field.addEventListener("input", () => {
      fit();
      compareAll();
    });
    field.addEventListener("keydown", event => this.typed(event));
    editors.set(this.name, field);
    this.code.before(field);
    this.code.hidden = true;
    this.cell.classList.add("live-edited");
    this.undoButton?.remove();
    this.cell.classList.remove("live-undoable");
    this.label(this.editButton, "Reset");
    field.focus({ preventScroll: true });
    compareAll();
  }

  /** Shift+Enter runs; Enter keeps the indentation, and goes in after a colon. */
  typed(event) {
    const { target: field } = event;
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      if (!this.stop && !event.repeat) this.run(this.checkButton ?? this.runButton);
      return;
    }
    const line = field.value.slice(0, field.selectionStart).split("\n").at(-1);
    const indent = line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : "");
    document.execCommand("insertText", false, `\n${indent}`); // the one way that can be undone
  }

  /** Put back what the book has; what the reader has written is one press away. */
  reset() {
    const field = editors.get(this.name);
    field.remove();
    editors.delete(this.name);
    this.code.hidden = false;
    this.cell.classList.remove("live-edited");
    this.label(this.editButton, "Edit");
    this.editButton.focus({ preventScroll: true });
    if (field.value !== this.book) {
      this.undoButton = make("button", { type: "button", className: "live-undo" });
      this.label(this.undoButton, "Undo reset");
      this.undoButton.addEventListener("click", () => this.open(field.value));
      this.editButton.after(this.undoButton);
      this.cell.classList.add("live-undoable");
    }
    compareAll();
  }
}

const compareAll = () => known.forEach(cell => cell.compare());

function cellOf(buttons, name, plan) {
  if (!known.has(name)) known.set(name, new Cell(buttons, name, plan));
  return known.get(name);
}

/** Run the cell to which these buttons belong, or stop its run. */
export const run = (...cell) => cellOf(...cell).run();

/** Check what a reader has made of the cell to which these buttons belong. */
export function check(...cell) {
  const own = cellOf(...cell);
  return own.run(own.checkButton);
}

/** Let a reader edit the cell to which these buttons belong, or put back what the book has. */
export const edit = (...cell) => cellOf(...cell).edit();
