import { cell, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// What stands in column n, from the copies down to the term of tⁿ, belongs to place n; so does the anti-diagonal.
export default function draw({ x, h, n }, { table, y, terms }, label) {
  const left = h.length + 2, end = left + y.length, parts = [];
  const product = (column, row, place, value) =>
    parts.push(cell(column, row, show(value), place === n ? "product chosen" : "", place));
  const heading = (row, words) => parts.push(note(0, row, words));
  const rowOf = (row, values, kind) =>
    values.forEach((value, k) => parts.push(cell(left + k, row, value, kind(k), kind === output ? k : undefined)));
  const output = k => k === n ? "output chosen" : "output";

  heading(0, "table");
  parts.push(note(left, 0, "shifted copies"));
  h.forEach((value, j) => parts.push(cell(1 + j, 1, show(value), "kernel")));
  y.forEach((_, place) => parts.push(note(left + place + 0.5, 1, place, "count")));
  table.forEach((row, i) => {
    parts.push(cell(0, 2 + i, show(x[i]), "signal"));
    row.forEach((value, j) => {
      product(1 + j, 2 + i, i + j, value);
      product(left + i + j, 2 + i, i + j, value);
    });
  });
  const sums = 2.2 + x.length;
  heading(sums, "sum y");
  rowOf(sums, y.map(show), output);

  const window = sums + 1.4;
  heading(window, "flipped window");
  ["x", "h", "products"].forEach((words, row) => heading(window + 1 + row, words));
  rowOf(window + 1, x.map(show), () => "signal");
  h.forEach((value, m) => {
    const place = n - m, under = x[place];
    parts.push(cell(left + place, window + 2, show(value), under === undefined ? "outside" : "kernel"));
    if (under !== undefined) product(left + place, window + 3, n, under * value);
  });

  const powers = window + 4.4;
  heading(powers, "terms of the polynomials");
  ["x", "h", "y"].forEach((words, row) => heading(powers + 1 + 1.1 * row, words));
  rowOf(powers + 1, terms[0], k => h[n - k] === undefined ? "signal" : "signal chosen");
  rowOf(powers + 2.1, terms[1], k => x[n - k] === undefined ? "kernel" : "kernel chosen");
  rowOf(powers + 3.2, terms[2], output);
  return picture(Math.max(end, 8), powers + 4.3, label, parts);
}
