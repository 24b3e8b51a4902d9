import { cell, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The signal, the window under it, the products, and the outputs on their axis, each below the last cell of its window.
export default function draw({ x, h, operation, n }, { window, first, y, axis }, label) {
  const left = 2.6, reach = h.length - 1;
  const column = place => left + reach + place;
  const parts = [["x", 0], ["window", 1.1], ["products", 2.2], ["y", 3.6]].map(([words, row]) => note(0, row, words));
  x.forEach((value, place) => parts.push(cell(column(place), 0, show(value), "signal")));
  window.forEach((weight, m) => {
    const under = x[first + m];
    parts.push(cell(column(first + m), 1.1, show(weight), under === undefined ? "outside" : "kernel"));
    if (under !== undefined) parts.push(cell(column(first + m), 2.2, show(under * weight), "product"));
  });
  const last = first + reach - n; // where the last cell of the window stands at output 0
  y.forEach((value, output) => {
    parts.push(cell(column(last + output), 3.6, show(value), output === n ? "output chosen" : "output", output));
    parts.push(note(column(last + output) + 0.5, 4.6, show(axis[output]), "count"));
  });
  parts.push(note(0, 4.6, operation === "convolution" ? "place n" : "lag"));
  return picture(left + x.length + 2 * reach, 5.6, label, parts);
}
