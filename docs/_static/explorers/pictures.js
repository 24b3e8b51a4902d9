// Pictures as tables of numbers: a kernel that is laid on them, and the gray of a number.

import { sum } from "./numbers.js";
import { SMALL } from "./shown.js";

// The cells under a kernel whose upper left corner lies at a place; there are zeros around the picture.
export const under = (picture, kernel, row, column) =>
  kernel.map((weights, a) => weights.map((_, b) => picture[row + a]?.[column + b] ?? 0));

// Where a kernel may stand. With border "zero" its middle stands on each pixel in turn, `top` rows and `left` columns
// behind its corner; with border "valid" all of it lies on the picture.
export function places(picture, kernel, border) {
  const [H, W, K, L] = [picture.length, picture[0].length, kernel.length, kernel[0].length];
  if (border === "zero") return { top: K >> 1, left: L >> 1, rows: H, columns: W };
  return { top: 0, left: 0, rows: Math.max(H - K + 1, 0), columns: Math.max(W - L + 1, 0) };
}

// The sum at each of these places.
export function correlate(picture, kernel, divisor, border) {
  const { top, left, rows, columns } = places(picture, kernel, border);
  const total = (i, j) =>
    sum(under(picture, kernel, i - top, j - left).flatMap((row, a) => row.map((value, b) => value * kernel[a][b])));
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => total(i, j) / divisor));
}

// Which numbers are drawn black and white. Weights with a positive sum give a picture, whose white is the sum of white;
// others give signed numbers, with gray for 0.
export function shades(picture, kernel, divisor, y) {
  const weights = kernel.flat(), total = sum(weights);
  const white = Math.max(...picture.flat());
  if (white > 0 && total > 1e-9 * sum(weights.map(Math.abs))) return [0, white * total / divisor];
  const most = Math.max(...y.flat().map(Math.abs)) || 1;
  return [-most, most];
}

// "3 × 4".
export const size = rows => `${rows.length} × ${rows[0].length}`;

// Lines of Python that name a table.
export const array = (name, rows) => `${name} = [\n${rows.map(row => `    [${row.join(", ")}],\n`).join("")}]`;

// What a page has room for, as presets of the field below.
export const PICTURES = Object.fromEntries(Object.entries(SMALL).map(([name, picture]) => [name, { picture }]));

// The fields in which a reader chooses one of them, or gives another.
export const PICTURE = {
  of: { label: "Picture of", type: "choice", choices: ["own", ...Object.keys(PICTURES)] },
  picture: { label: "Picture, a row in each line", type: "table", long: true, file: 12 },
};
