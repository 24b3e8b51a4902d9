import { cell, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The signal lies over the columns and the result stands beside the rows, so that a row meets what it reads and gives.
export default function draw({ x, row }, { matrix, inside, reads, y }, label) {
  const left = 1, right = left + x.length + 0.6, top = 1.4;
  const parts = [note(0, 0, "x"), note(right + 0.5, 0, "y", "count")];
  x.forEach((value, j) => parts.push(cell(left + j, 0, show(value), reads.includes(j) ? "signal chosen" : "signal")));
  matrix.forEach((line, i) => {
    const lit = i === row ? " chosen" : "";
    parts.push(note(0, top + i, i));
    line.forEach((value, j) => {
      const kind = inside[i][j] ? `kernel${lit}` : "outside";
      parts.push(cell(left + j, top + i, inside[i][j] ? show(value) : 0, kind, i));
    });
    parts.push(cell(right, top + i, show(y[i]), `output${lit}`, i));
  });
  return picture(right + 1, top + matrix.length, label, parts);
}
