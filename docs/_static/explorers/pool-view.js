import { cell, note, picture } from "./drawing.js";
import { show } from "./numbers.js";
import { WAYS } from "./pool.js";

const brief = value => show(Number(value.toPrecision(4)));

// The signal and the shifted one, and what each way keeps of the two: an output is below the first cell of its window.
export default function draw({ x, window, stride, shift, place }, { shifted, before, after }, label) {
  const left = 3.9, parts = [note(0, 0, "signal"), note(0, 1.05, `shifted by ${show(shift)}`)];
  const seen = n => Array.from({ length: window }, (_, m) => (place * stride + m) % x.length).includes(n);
  [x, shifted].forEach((values, row) => values.forEach((value, n) =>
    parts.push(cell(left + n, 1.05 * row, brief(value), seen(n) ? "signal chosen" : "signal"))));
  Object.entries(WAYS).forEach(([way, words], at) => {
    const top = 2.6 + 2.8 * at;
    parts.push(note(0, top, words), note(0, top + 1.05, "shifted"));
    [before[way], after[way]].forEach((values, row) => values.forEach((value, n) => {
      const changed = row && Math.abs(value - before[way][n]) > 1e-9 * Math.max(...x.map(Math.abs));
      const kind = `${changed ? "product" : "output"}${n === place ? " chosen" : ""}`;
      parts.push(cell(left + n * stride, top + 1.05 * row, brief(value), kind, n));
      if (changed) parts.push(note(left + n * stride + 0.5, top + 1.9, "≠", "count"));
    }));
  });
  return picture(left + x.length, 2.6 + 2.8 * 3, label, parts);
}
