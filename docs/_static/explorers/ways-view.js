import { bar, cell, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

const KINDS = ["kernel", "product", "output"];
const WORDS = ["multiplying", "copying", "calls"];

// A bar for each way, made of three parts, what the colors mean, and the numbers of rows that can be chosen.
export default function draw({ height, p }, { columns, band, taps }, label) {
  const left = 2.8, width = 9, total = parts => parts[0] + parts[1] + parts[2];
  const ways = Object.entries({ columns, band, taps });
  const scale = width / Math.max(...ways.map(([, shares]) => total(shares)));
  const parts = [];
  ways.forEach(([name, shares], row) => {
    let at = left;
    parts.push(note(0, 0.5 + 1.4 * row, name));
    shares.forEach((share, n) => {
      parts.push(bar([at, 0.4 + 1.4 * row], [at + share * scale, 1.5 + 1.4 * row], KINDS[n]));
      at += share * scale;
    });
    parts.push(note(at + 0.15, 0.5 + 1.4 * row, `${show(Number(total(shares).toPrecision(3)))} µs`));
  });
  WORDS.forEach((word, n) => {
    parts.push(bar([left + 3.4 * n, 5], [left + 0.5 + 3.4 * n, 5.5], KINDS[n]), note(left + 0.7 + 3.4 * n, 4.75, word));
  });
  parts.push(note(0, 6.4, "rows at once"));
  for (let power = 0; power <= 5 && 2 ** power <= height; power++) {
    parts.push(cell(left + 1 + power, 6.4, 2 ** power, power === p ? "output chosen" : "output", power));
  }
  return picture(left + width + 2.6, 7.6, label, parts);
}
