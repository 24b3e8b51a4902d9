import { cell, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The numbers where their copies begin, a row for each copy, the sum with its cropped cells, and how many copies meet.
export default function draw({ v, w, stride, padding, dilation, place }, { pairs, sums, fits, z }, label) {
  const names = v.map(value => `${show(value)} × w`), bottom = v.length + 1.6;
  const left = Math.max(2.4, 0.28 * Math.max(...names.map(name => name.length))); // cells that a name needs
  const parts = [["input", 0], ["sum", bottom], ["output", bottom + 1], ["copies", bottom + 1.8]]
    .map(([words, row]) => note(0, row, words));
  v.forEach((value, i) => {
    const first = left + i * stride, chosen = i === place ? " chosen" : "", row = i + 1.3;
    parts.push(note(0, row, names[i]));
    parts.push(cell(first, 0, show(value), `signal${chosen}`, i));
    parts.push(line([[first + 0.5, row + 0.5], [first + dilation * (w.length - 1) + 0.5, row + 0.5]], "grid"));
    w.forEach((weight, m) => parts.push(cell(first + m * dilation, row, show(value * weight), `product${chosen}`, i)));
  });
  sums.forEach((sum, at) => {
    const output = at - padding, kept = fits && output >= 0 && output < z.length;
    parts.push(cell(left + at, bottom, show(sum), kept ? "output" : "outside"));
    if (kept) parts.push(note(left + at + 0.5, bottom + 1, output, "count from"));
    const count = pairs[at].length;
    parts.push(note(left + at + 0.5, bottom + 1.8, count, count ? "count" : "count never"));
  });
  return picture(left + sums.length, bottom + 2.8, label, parts);
}
