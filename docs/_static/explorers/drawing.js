// Cells with numbers in them, as SVG: one unit is one cell. Colors and sizes are the style sheet's.

import { brief } from "./numbers.js";

const SIZE = 32; // pixels

function make(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function picture(columns, rows, label, parts) {
  const svg = make("svg", {
    role: "img", "aria-label": label, viewBox: `0 0 ${columns * SIZE} ${rows * SIZE}`, width: columns * SIZE,
  }, ...parts);
  svg.style.setProperty("--columns", columns);
  return svg;
}

// `kind` is a class of the style sheet; a cell with a `place` chooses that place when it is clicked.
export function cell(column, row, value, kind, place) {
  const text = String(value);
  const box = make("rect", { x: column * SIZE + 1, y: row * SIZE + 1, width: SIZE - 2, height: SIZE - 2 });
  const words = make("text", { x: (column + 0.5) * SIZE, y: (row + 0.5) * SIZE }, text);
  if (text.length > 3) words.style.fontSize = `${Math.max(48 / text.length, 6)}px`;
  return make("g", { class: `cell ${kind}`, ...place === undefined ? {} : { "data-place": place } }, box, words);
}

export const note = (column, row, words, kind = "") =>
  make("text", { class: `note ${kind}`, x: column * SIZE, y: (row + 0.5) * SIZE }, words);

export const line = (points, kind = "") =>
  make("path", { class: `line ${kind}`, d: `M${points.map(([x, y]) => `${x * SIZE} ${y * SIZE}`).join("L")}` });

const level = share => Math.round(255 * Math.max(0, Math.min(1, share)));

// A cell as gray as its share says, 0 for black and 1 for white, as in a picture.
export function pixel(column, row, value, share, place) {
  const made = cell(column, row, value, "pixel", place);
  const gray = level(share);
  made.firstChild.style.fill = `rgb(${gray} ${gray} ${gray})`;
  made.lastChild.style.fill = gray > 127 ? "#000" : "#fff";
  return made;
}

// Two tables of one size, which have names, and the products of their cells.
export function cellByCell(row, names, one, other) {
  const width = one[0].length + 1, middle = row + 0.5 + one.length / 2;
  const table = (place, words, rows, kind) => [note(place * width, row, words), ...rows.flatMap((values, a) =>
    values.map((value, b) => cell(place * width + b, row + 1 + a, brief(value), kind)))];
  return [
    ...table(0, names[0], one, "signal"), ...table(1, names[1], other, "kernel"),
    ...table(2, "products", one.map((values, a) => values.map((value, b) => value * other[a][b])), "product"),
    note(width - 0.5, middle, "×", "count"), note(2 * width - 0.5, middle, "=", "count"),
  ];
}

// Axes in a box of cells: `at` says where a point lies, `parts` are lines and words.
export function axes({ left, top, width, height, x, y, xticks, yticks, xlabel = "", ylabel = "", digits = String }) {
  const at = (a, b) => [
    left + width * (a - x[0]) / (x[1] - x[0]), top + height * (1 - (b - y[0]) / (y[1] - y[0])),
  ];
  const parts = [line([[left, top], [left, top + height], [left + width, top + height]], "axis")];
  for (const tick of xticks) parts.push(note(at(tick, y[0])[0], top + height, digits(tick), "count tick"));
  for (const tick of yticks) {
    parts.push(line([at(x[0], tick), at(x[1], tick)], "grid"), note(left - 0.15, at(x[0], tick)[1] - 0.5, digits(tick), "end"));
  }
  if (xlabel) parts.push(note(left + width / 2, top + height + 0.8, xlabel, "count"));
  if (ylabel) parts.push(note(left, top - 0.9, ylabel));
  return { at, parts };
}

export const dot = ([column, row], kind = "", place) => make("circle", {
  class: `dot ${kind}`, cx: column * SIZE, cy: row * SIZE, r: 4, ...place === undefined ? {} : { "data-place": place },
});

// A bar between two opposite corners.
export function bar([a, b], [c, d], kind, more = {}) {
  const box = make("rect", {
    x: Math.min(a, c) * SIZE, y: Math.min(b, d) * SIZE, width: Math.abs(a - c) * SIZE, height: Math.abs(b - d) * SIZE,
  });
  return make("g", { class: `bar ${kind}`, ...more }, box);
}

// A picture in small pixels without numbers, each `size` cells wide and as gray as its share says.
export function image(left, top, size, rows, share) {
  const boxes = rows.flatMap((row, i) => row.map((value, j) => {
    const gray = level(share(value));
    const box = make("rect", {
      x: (left + size * j) * SIZE, y: (top + size * i) * SIZE, width: size * SIZE, height: size * SIZE,
    });
    box.style.fill = box.style.stroke = `rgb(${gray} ${gray} ${gray})`;
    return box;
  }));
  return make("g", {}, ...boxes);
}

// The outline of some cells.
export function frame(column, row, columns, rows, kind = "") {
  const [right, bottom] = [column + columns, row + rows];
  return line([[column, row], [right, row], [right, bottom], [column, bottom], [column, row]], kind);
}
