import { cell, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The picture and the operator's output, the same shifted, the other way around, the difference, and a ruler of shifts.
export default function draw({ x, places }, { sx, tx, tsx, stx, difference }, label) {
  const rows = x.length, width = x[0].length, apart = 1.6;
  const parts = [];
  const table = (values, left, top, name, kind) => {
    parts.push(note(left, top, name));
    values.forEach((row, r) => row.forEach((value, column) => {
      const shown = kind === "difference" ? (value ? "product" : "output") : kind;
      parts.push(cell(left + column, top + 1 + r, value || kind !== "signal" ? show(value) : "", shown));
    }));
  };
  const step = rows + apart, second = width + 1;
  table(x, 0, 0, "x", "signal");
  table(tx, second, 0, "Tx", "output");
  table(sx, 0, step, "Sx", "signal");
  table(tsx, second, step, "T(Sx)", "output");
  table(difference, 0, 2 * step, "T(Sx) − S(Tx)", "difference");
  table(stx, second, 2 * step, "S(Tx)", "output");
  const ruler = 3 * step + 0.2; // how far S moves
  for (let far = -width; far <= width; far++) {
    parts.push(cell(far + width, ruler, show(far), far === places ? "kernel chosen" : "plain", far));
  }
  return picture(Math.max(second + width, 6), ruler + 1.2, label, parts);
}
