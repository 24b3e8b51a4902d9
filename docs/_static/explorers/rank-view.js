import { cell, note, picture, pixel } from "./drawing.js";
import { show } from "./numbers.js";

// To two digits behind the point, and larger numbers whole: what fits into a cell.
const brief = value => show(Number(value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)));

// The kernel, the nearest of the chosen rank, and what is left, on one scale of gray; below them the singular values.
export default function draw({ kernel, rank }, { sizes, near, left }, label) {
  const [K, L] = [kernel.length, kernel[0].length], parts = [];
  const all = [kernel, near, left].flat(2), low = Math.min(0, ...all), high = Math.max(0, ...all);
  const share = value => high > low ? (value - low) / (high - low) : 0;
  const step = Math.max(L, 3) + 1;
  [["kernel", kernel], [`rank ${rank}`, near], ["left", left]].forEach(([words, rows], at) => {
    parts.push(note(at * step, 0, words));
    rows.forEach((values, a) => values.forEach((value, b) =>
      parts.push(pixel(at * step + b, 1 + a, brief(value), share(value)))));
  });
  const top = K + 1.4;
  parts.push(note(0, top, "singular values"));
  sizes.forEach((size, at) => parts.push(
    cell(at, top + 1, brief(size), at < rank ? (at + 1 === rank ? "kernel chosen" : "kernel") : "outside", at + 1)));
  return picture(Math.max(3 * step - 1, sizes.length), top + 2.2, label, parts);
}
