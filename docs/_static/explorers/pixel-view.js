import { cell, cellByCell, frame, note, picture, pixel } from "./drawing.js";
import { brief, show } from "./numbers.js";

// The picture with the window on it, the result, and below them the window, the kernel and their products.
export default function draw({ kernel, divisor, picture: x, border }, result, label) {
  const { fits, top, left, i, j, window, total, y, shades: [black, light] } = result;
  const [K, L] = [kernel.length, kernel[0].length], [H, W] = [x.length, x[0].length];
  const right = left + W + (border === "zero" ? Math.max(L - 1 - left, 0) : 0) + 1; // column of the result
  const row = 1 + top, bottom = row + H + (border === "zero" ? K - 1 - top : 0);
  const white = Math.max(...x.flat()), parts = [note(left, 0, "picture"), note(right, row - 1, "result")];
  const [reachDown, reachRight] = border === "zero" ? [0, 0] : [K >> 1, L >> 1]; // from an output to its middle
  x.forEach((values, r) => values.forEach((value, c) => {
    const [a, b] = [r - reachDown, c - reachRight];
    const chosen = y[a]?.[b] === undefined ? undefined : a * y[0].length + b;
    parts.push(pixel(left + c, row + r, brief(value), white > 0 ? value / white : 0, chosen));
  }));
  const width = Math.max(right + (y[0]?.length ?? 0), 3 * L + 2);
  if (!fits) return picture(width, bottom + 0.2, label, parts);
  const [atRow, atColumn] = [i - top, j - left];
  window.forEach((values, a) => values.forEach((value, b) => {
    if (x[atRow + a]?.[atColumn + b] === undefined) {
      parts.push(cell(left + atColumn + b, row + atRow + a, show(value), "outside"));
    }
  }));
  y.forEach((values, r) => values.forEach((value, c) =>
    parts.push(pixel(right + c, row + r, brief(value), (value - black) / (light - black), r * values.length + c))));
  parts.push(frame(left + atColumn, row + atRow, L, K), frame(right + j, row + i, 1, 1));
  parts.push(note(right, row + y.length, `black ${show(black)}, white ${show(light)}`));
  const base = Math.max(bottom, row + y.length + 1) + 0.2;
  parts.push(...cellByCell(base, ["window", "kernel"], window, kernel));
  const division = divisor === 1 ? "" : ` / ${divisor} = ${show(y[i][j])}`;
  parts.push(note(3 * L + 2, base + 1 + K, `sum ${show(total)}${division}`, "end"));
  return picture(width, base + K + 2.1, label, parts);
}
