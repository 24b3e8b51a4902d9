// Pictures as tables of numbers: a kernel that is laid on them, and the gray of a number.

import { sum } from "./numbers.js";

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

// The word "Hi" and a gradient, as `convbook.hi_image` draws them.
export const HI = Array.from({ length: 16 }, (_, i) => Array.from({ length: 16 }, (_, j) => {
  if (j > 13) return 255 - 17 * i;
  const posts = (j === 3 || j === 6) && i > 1 && i < 12, bar = i === 6 && j > 2 && j < 7;
  const letter = j === 9 && (i > 1 && i < 4 || i > 4 && i < 12);
  return posts || bar || letter ? 0 : 255;
}));

// A digit that somebody wrote: the fourth of scikit-learn's, in 17 grays.
export const DIGIT = [
  [0, 0, 7, 15, 13, 1, 0, 0],
  [0, 8, 13, 6, 15, 4, 0, 0],
  [0, 2, 1, 13, 13, 0, 0, 0],
  [0, 0, 2, 15, 11, 1, 0, 0],
  [0, 0, 0, 1, 12, 12, 1, 0],
  [0, 0, 0, 0, 1, 10, 8, 0],
  [0, 0, 8, 4, 5, 14, 9, 0],
  [0, 0, 7, 13, 13, 9, 0, 0],
];

// What a page has room for: of the book's picture a part, whose rows and columns have the numbers that they have there.
export const PICTURES = { Hi: { picture: HI.slice(0, 12).map(row => row.slice(0, 11)) }, digit: { picture: DIGIT } };

// The fields in which a reader chooses one of them, or gives another.
export const PICTURE = {
  of: { label: "Picture of", type: "choice", choices: ["own", ...Object.keys(PICTURES)] },
  picture: { label: "Picture, a row in each line", type: "table", long: true, file: 12 },
};
