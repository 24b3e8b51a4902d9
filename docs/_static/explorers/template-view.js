import { cellByCell, frame, note, picture, pixel } from "./drawing.js";
import { brief, show } from "./numbers.js";

// The picture with the window on it, the scores, in which the best are framed, and below them what is multiplied.
export default function draw({ pattern, picture: x, score }, result, label) {
  const { wrong, i, j, u, v, one, other, total, y, highest, lowest, best } = result;
  const [K, L] = [pattern.length, pattern[0].length], [H, W] = [x.length, x[0].length], white = Math.max(...x.flat());
  const at = (r, c) => y?.[r]?.[c] === undefined ? undefined : r * y[0].length + c;
  const pixels = (left, rows, share) => rows.flatMap((values, r) => values.map((value, c) =>
    pixel(left + c, r + 1, brief(value), share(value), at(r, c))));
  const right = W + 1; // column of the scores
  const parts = [note(0, 0, "picture"), ...pixels(0, x, value => white > 0 ? value / white : 0)];
  if (wrong) return picture(W + 1, H + 1.2, label, parts);
  parts.push(note(right, 0, `${score} score`));
  parts.push(...pixels(right, y, value => highest > lowest ? (value - lowest) / (highest - lowest) : 0.5));
  parts.push(frame(j, i + 1, L, K), frame(right + j, i + 1, 1, 1));
  for (const [r, c] of best) parts.push(frame(right + c, r + 1, 1, 1, "teal"));
  parts.push(frame(best[0][1], best[0][0] + 1, L, K, "teal"));
  const base = H + 1.2, plain = score === "plain";
  parts.push(note(0, base, "solid: this place; dashed: the best"));
  const names = plain ? ["window", "pattern"] : ["w − mean", "h − mean"];
  parts.push(...cellByCell(base + 1, names, one, other));
  const lengths = u.length ? `/(${show(u.length)}·${show(v.length)}) = ${show(y[i][j])}` : ", no form";
  parts.push(note(0, base + K + 2.1, `sum ${show(total)}${plain ? "" : lengths}`));
  return picture(Math.max(right + y[0].length, 3 * L + 2, 9), base + K + 3.1, label, parts);
}
