// Cells with numbers in them, as SVG: one unit is one cell. Colors and sizes are the style sheet's.

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
