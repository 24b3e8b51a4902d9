// <conv-explorer>: what a reader can change, below a figure that stands without it.
//
// The element holds the figure that the build has drawn. A button unfolds the explorer; only then its kind is fetched:
// `<kind>.js` computes, `<kind>-view.js` draws. A setting is a text, "n=7&kernel=3", in an address as in the list of
// what can be undone. Nothing moves by itself.

import { make } from "../elements.js";
import { listed, parse, read, settle, table, text, write } from "./numbers.js";

class Explorer extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.name = this.querySelector("figure").id;
    this.button = make("button", { type: "button", className: "explorer-open", textContent: "Try other numbers" });
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", () => this.toggle());
    this.querySelector(".explorer-place").append(this.button);
    addEventListener("hashchange", () => this.follow());
    this.follow();
  }

  // An address may hold a setting: "#name?n=7&kernel=3".
  async follow() {
    const [name, query] = location.hash.slice(1).split("?");
    if (name !== this.name || query === undefined) return;
    await this.open();
    if (query !== this.query) this.attempt(() => this.change(read(this.kind, query, this.first)));
    this.scrollIntoView();
  }

  async toggle() {
    if (this.panel && !this.panel.hidden) {
      this.panel.hidden = true;
      this.button.setAttribute("aria-expanded", "false");
    } else await this.open();
  }

  open() {
    this.opened ??= this.build();
    return this.opened.then(() => {
      this.panel.hidden = false;
      this.button.setAttribute("aria-expanded", "true");
    });
  }

  async build() {
    const name = this.getAttribute("kind");
    const [kind, view] = await Promise.all(["", "-view"].map(part => load(`explorers/${name}${part}.js`)));
    [this.kind, this.view] = [kind.default, view.default];
    this.first = read(this.kind, this.getAttribute("setting"));
    this.past = [];
    this.refused = new Map(); // an input whose value is refused: the field's key, and what is said
    this.panel = make("div", { className: "explorer-panel", role: "group", ariaLabel: `Explorer: ${this.kind.title}` });
    this.picture = make("div", { className: "explorer-picture" });
    this.sentence = make("p", { className: "explorer-sentence", role: "status" });
    this.fault = make("p", { className: "explorer-fault", role: "alert" });
    this.lists = make("p", { className: "explorer-lists" });
    this.code = make("pre");
    this.fields = Object.entries(this.kind.fields).map(([key, field]) => this.field(key, field));
    const place = this.fields.pop(); // what walks through the picture stands below it
    this.undo = make("button", { type: "button", textContent: "Undo", onclick: () => this.back(), ariaDisabled: "true" });
    const copy = (words, text) => make("button", {
      type: "button", textContent: words, onclick: ({ target }) => this.copy(target, text(), words),
    });
    this.panel.append(
      make("div", { className: "explorer-fields" }, ...this.fields.map(field => field.node)),
      this.fault, this.picture, place.node, this.sentence, ...this.kind.lists ? [this.lists] : [],
      make("div", { className: "explorer-buttons" },
        this.undo,
        make("button", { type: "button", textContent: "Reset", onclick: () => this.reset() }),
        copy("Copy link", () => this.link),
        ...this.kind.lists ? [copy("Copy numbers", () => this.lists.textContent)] : []),
      make("details", {}, make("summary", { textContent: "As code" }), this.code,
        copy("Copy code", () => this.code.textContent)));
    this.fields.push(place);
    this.panel.addEventListener("keydown", event => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      this.back();
    });
    this.picture.addEventListener("click", ({ target }) => {
      const chosen = target.closest("[data-place]");
      if (chosen) this.change({ ...this.state, [this.kind.places(this.state)[0]]: Number(chosen.dataset.place) });
    });
    if (this.kind.draws) this.drawable(this.kind.draws);
    const scrolls = new ResizeObserver(changes => { // a box that scrolls is reached by keyboard
      for (const { target } of changes) target.tabIndex = target.scrollWidth > target.clientWidth + 1 ? 0 : -1;
    });
    scrolls.observe(this.picture);
    scrolls.observe(this.code);
    this.show(this.first);
    this.querySelector(".explorer-place").append(this.panel);
  }

  // Fields ----------------------------------------------------------------------------------------------------------
  field(key, field) {
    if (field.type === "list" || field.type === "table" && !field.long) return this.cells(key, field);
    const set = ({ target }) => this.attempt(() => this.edit(key, parse(field, target.value)), target, key);
    let input, output = "";
    if (field.type === "choice") {
      const options = field.choices.map(choice => make("option", { textContent: choice }));
      const choose = () => this.change({ ...this.state, [key]: input.value });
      input = make("select", { onchange: choose }, ...options);
    } else if (field.long) return this.lines(key, field, set);
    else {
      const step = field.type === "real" ? "any" : 1;
      input = make("input", { type: field.type === "place" ? "range" : "number", min: field.min, max: field.max, step });
      // A slider says its value by itself.
      output = field.type === "place" ? make("span", { className: "value", ariaHidden: "true" }) : "";
      this.listen(input, set);
    }
    const node = make("label", { className: field.type }, make("span", { textContent: field.label }), input, output);
    return {
      node,
      show: state => {
        if (output) {
          [, input.min, input.max] = this.kind.places(state);
          output.textContent = String(state[key]).replace("-", "−");
        }
        if (!this.refused.has(input) && input.value !== String(state[key])) input.value = state[key];
      },
    };
  }

  // A table that is too large for cells, in which everybody would have to walk through all of them, is typed as text.
  lines(key, field, set) {
    const input = make("textarea", { rows: 4, spellcheck: false });
    const typed = make("label", { className: "long" }, make("span", { textContent: field.label }), input);
    const node = field.file ? make("div", { className: "long" }, typed, this.file(key, field)) : typed;
    this.listen(input, set);
    const means = () => {
      try { return text(table(input.value)); } catch { return ""; }
    };
    const show = state => { // not while the same is typed in another way: the cursor would jump
      if (!this.refused.has(input) && means() !== text(state[key])) input.value = state[key].map(row => row.join(" ")).join("\n");
    };
    return { node, show };
  }

  // A picture from a file is made small enough to walk through.
  file(key, { file: size }) {
    const input = make("input", { type: "file", accept: "image/*" });
    input.addEventListener("change", async () => {
      if (!input.files.length) return;
      try {
        const { grays } = await load("explorers/picture-file.js");
        this.change({ ...this.state, [key]: await grays(input.files[0], size) });
      } catch {
        this.fault.textContent = `“${input.files[0].name}” is no picture that this browser can read.`;
      }
    });
    return make("label", { className: "file" }, make("span", { textContent: "Or a file, which stays in your browser" }), input);
  }

  // A list is a row of cells, a table has several; a list or a table is pasted into any of them.
  cells(key, field) {
    const many = field.type === "table", names = Object.keys(field.columns ?? {});
    const rows = (state = this.state) => many ? state[key] : [state[key]];
    const box = make("span", { className: many ? "cells table" : "cells" });
    const set = ({ target }) => this.attempt(() => {
      const typed = [...box.children].map(input => input.value || "?"), width = rows()[0].length;
      this.edit(key, parse(field, rows().map((_, row) => typed.slice(row * width, (row + 1) * width).join(" ")).join("\n")));
    }, target, key);
    const replace = pasted => this.attempt(() => this.change({ ...this.state, [key]: parse(field, pasted) }));
    const button = (label, sign, change) => make("button", {
      type: "button", textContent: sign, ariaLabel: `${field.label}: ${label}`,
      onclick: () => replace(text(change(this.state[key]))),
    });
    box.addEventListener("paste", event => {
      const pasted = event.clipboardData.getData("text");
      if (!/[^\s,;][\s,;]+[^\s,;]/.test(pasted)) return; // one number goes into its cell
      event.preventDefault();
      replace(pasted);
    });
    const buttons = many ? [
      button("remove the last row", "− row", values => values.slice(0, -1)),
      button("add a row", "+ row", values => [...values, values[0].map(() => names.length ? 1 : 0)]),
      ...names.length ? [] : [
        button("remove the last column", "− column", values => values.map(row => row.slice(0, -1))),
        button("add a column", "+ column", values => values.map(row => [...row, 0])),
      ],
    ] : [
      button("remove the last number", "−", values => values.slice(0, -1)),
      button("add a number", "+", values => [...values, 0]),
    ];
    const legend = names.length ? `${field.label}: ${names.join(", ")}` : field.label;
    const node = make("fieldset", {}, make("legend", { textContent: legend }), box, ...buttons);
    return {
      node,
      show: state => {
        const values = rows(state), width = values[0].length;
        box.style.setProperty("--columns", width);
        while (box.children.length > values.length * width) box.lastChild.remove();
        while (box.children.length < values.length * width) {
          const input = make("input", { type: "number", step: "any" });
          this.listen(input, set);
          box.append(input);
        }
        values.flat().forEach((value, at) => {
          const input = box.children[at], column = at % width;
          const place = many ? `${Math.floor(at / width)}, ${names[column] ?? column}` : at;
          input.ariaLabel = `${field.label}[${place}]`;
          if (!this.refused.has(input) && (input.value === "" || Number(input.value) !== value)) input.value = value;
        });
      },
    };
  }

  // A number counts while it is typed; a field that is left empty goes back to what it was, and a value that is refused
  // stays, with the sentence about it, until it is corrected.
  listen(input, set) {
    input.addEventListener("input", event => { if (input.value) set(event); });
    input.addEventListener("change", () => {
      this.editing = undefined;
      if (!input.value) this.pardon(input);
      for (const field of this.fields) field.show(this.state); // not the picture: it may be where the reader now clicks
      this.address();
    });
  }

  // A list that is drawn: each column `data-draw` takes the height at which the pointer is, from `data-low` to `data-high`.
  drawable(key) {
    let drawing = false;
    const draw = event => {
      const column = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-draw]");
      if (!drawing || !this.picture.contains(column)) return;
      const { top, height } = column.getBoundingClientRect();
      const [place, low, high] = [column.dataset.draw, column.dataset.low, column.dataset.high].map(Number);
      const value = Math.round(low + (high - low) * Math.min(Math.max(1 - (event.clientY - top) / height, 0), 1));
      this.attempt(() => this.edit(key, this.state[key].map((old, at) => at === place ? value : old)));
    };
    this.picture.addEventListener("pointerdown", event => {
      if (!event.target.closest("[data-draw]")) return;
      event.preventDefault(); // no text is selected
      drawing = true;
      this.editing = undefined; // each stroke is one step to undo
      draw(event);
    });
    this.picture.addEventListener("pointermove", draw);
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, () => {
        if (drawing) this.address();
        drawing = false;
      });
    }
  }

  // Settings --------------------------------------------------------------------------------------------------------
  // What is wrong is said in a sentence, and nothing changes.
  attempt(action, input, key) {
    this.pardon(input);
    try {
      action();
    } catch (fault) {
      if (!(fault instanceof RangeError || fault instanceof URIError)) throw fault;
      this.fault.textContent = fault.message;
      if (!input) return;
      this.refused.set(input, { key, says: fault.message });
      input.setAttribute("aria-invalid", "true");
    }
  }

  // The value of an input is no longer refused.
  pardon(input) {
    if (!this.refused.delete(input)) return;
    input.removeAttribute("aria-invalid");
    this.fault.textContent = this.complaint;
  }

  get complaint() { return [...this.refused.values()].at(-1)?.says ?? ""; }

  // All that is typed into one field is one step to undo.
  edit(key, value) {
    const before = this.query;
    this.show(settle(this.kind, { ...this.state, [key]: value }, this.state));
    if (before === this.query) return;
    if (this.editing !== key) this.note(before);
    this.editing = key;
  }

  change(state) {
    this.editing = undefined;
    const before = this.query;
    this.show(settle(this.kind, state, this.state));
    if (before !== this.query) this.note(before);
    this.address();
  }

  note(before) {
    this.past.push(before);
    this.undo.ariaDisabled = "false"; // a disabled button would lose the keyboard
  }

  reset() {
    for (const input of [...this.refused.keys()]) this.pardon(input);
    this.change(this.first);
  }

  back() {
    for (const input of [...this.refused.keys()]) this.pardon(input);
    this.editing = undefined;
    if (this.past.length) this.show(read(this.kind, this.past.pop()));
    this.undo.ariaDisabled = String(!this.past.length);
    this.address();
  }

  get query() { return write(this.kind, this.state); }
  get link() { return `${location.href.split("#")[0]}#${this.name}?${this.query}`; }
  address() { history.replaceState(history.state, "", this.link); }

  show(state) {
    for (const [input, { key }] of [...this.refused]) { // another value has come into its field
      if (text(state[key]) !== text(this.state[key])) this.pardon(input);
    }
    this.state = state;
    this.fault.textContent = this.complaint;
    const result = this.kind.compute(state);
    for (const field of this.fields) field.show(state);
    this.sentence.textContent = this.kind.sentence(state, result);
    this.lists.textContent = listed(this.kind.lists?.(state, result) ?? {});
    this.code.textContent = this.kind.code(state, result);
    this.picture.replaceChildren(this.view(state, result, this.sentence.textContent));
  }

  async copy(button, text, words) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch { // refused, or there is none
      const link = text === this.link, numbers = text === this.lists.textContent;
      if (link) this.address();
      else getSelection().selectAllChildren(numbers ? this.lists : this.code);
      this.fault.textContent = "The browser keeps its clipboard closed: "
        + (link ? "the link is in the address bar." : numbers ? "the numbers are selected." : "the code is selected.");
    }
    setTimeout(() => { button.textContent = words; }, 2000);
  }
}

customElements.define("conv-explorer", Explorer);
