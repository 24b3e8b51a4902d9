import { cell, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The inputs above, the outputs below their windows, and a line for each product; those of the chosen number are strong.
export default function draw({ x, w, slopes, stride, of, place }, { y, paths, ofX, ofW }, label) {
  const left = 2.2, apart = 1.6, [top, bottom, weights] = [1.1, 5, 7.6];
  const atX = j => left + apart * j, atY = n => left + apart * (stride * n + (w.length - 1) / 2);
  const parts = [["slope", 0], ["x", top], ["y", bottom], ["slope", bottom + 1.1], ["w", weights], ["slope", weights + 1.1]]
    .map(([words, row]) => note(0, row, words));
  const lines = paths.map(({ n, j, m, chosen }) => {
    const [from, to] = [[atX(j) + 0.5, top + 1], [atY(n) + 0.5, bottom]];
    return { chosen, m, ends: [from, to], at: from[0] + 0.63 * (to[0] - from[0]) };
  });
  parts.push(...lines.filter(({ chosen }) => !chosen).map(({ ends }) => line(ends, "grid")));
  parts.push(...lines.filter(({ chosen }) => chosen).map(({ ends }) => line(ends)));
  for (const { chosen, m, at } of lines) {
    if (chosen) parts.push(cell(at - 0.5, top + 1 + 0.63 * (bottom - top - 1) - 0.5, show(w[m]), "kernel"));
  }
  const column = (values, ofValues, name, kind, row, by) => values.forEach((value, at) => {
    const marks = of === name, chosen = marks && at === place ? " chosen" : "", pick = marks ? at : undefined;
    parts.push(cell(atX(at), row, show(value), kind + chosen, pick));
    parts.push(cell(atX(at), row + by, show(ofValues[at]), `product${chosen}`, pick));
  });
  column(x, ofX, "input", "signal", top, -1.1);
  column(w, ofW, "weight", "kernel", weights, 1.1);
  y.forEach((value, n) => parts.push(
    cell(atY(n), bottom, show(value), "output"), cell(atY(n), bottom + 1.1, show(slopes[n]), "product")));
  return picture(left + apart * Math.max(x.length, w.length), weights + 2.2, label, parts);
}
