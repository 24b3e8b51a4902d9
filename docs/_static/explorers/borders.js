// Border rules: from which cell of a signal each cell outside of it takes its value.

import { modulo } from "./numbers.js";

// The place in a signal of `size` cells that stands at `place`, which may lie outside of it.
export const SOURCES = {
  constant: (place, size) => place >= 0 && place < size ? place : null,
  edge: (place, size) => Math.max(0, Math.min(size - 1, place)),
  reflect(place, size) {
    const period = Math.max(2 * size - 2, 1); // a single cell mirrors itself
    return Math.min(modulo(place, period), period - modulo(place, period));
  },
  symmetric: (place, size) => Math.min(modulo(place, 2 * size), 2 * size - 1 - modulo(place, 2 * size)),
  wrap: modulo,
};

// What stands at a place in or outside of a signal.
export function cellAt(x, rule, constant, place) {
  const source = SOURCES[rule](place, x.length);
  return source === null ? constant : x[source];
}

// The rule as arguments of `convbook.pad`.
export const asArguments = (rule, constant) => `mode="${rule}"${rule === "constant" ? `, value=${constant}` : ""}`;
