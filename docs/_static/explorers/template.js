// A pattern on a picture: the sum of products as its score, or the normalized one.

import { preset, products, show, sum, sumOfProducts } from "./numbers.js";
import { array, correlate, PICTURE, PICTURES, places, size, under } from "./pictures.js";

// What is left of numbers without their mean. The first is subtracted before, so that equal numbers leave exact zeros.
function centered(rows) {
  const first = rows[0][0], mean = sum(rows.flat().map(value => value - first)) / rows.flat().length;
  const values = rows.map(row => row.map(value => value - first - mean));
  return { mean: first + mean, values, length: Math.hypot(...values.flat()) };
}

// The cosine of the angle between two tables; 0 if one of them has no direction.
function cosine({ values: u, length: ofU }, { values: v, length: ofV }) {
  if (!ofU || !ofV) return 0;
  const total = sumOfProducts(u.flatMap((row, a) => row.map((value, b) => [value / ofU, v[a][b] / ofV])));
  return Math.max(-1, Math.min(1, total));
}

const kind = {
  title: "Find a pattern",
  fields: {
    pattern: { label: "Pattern", type: "table" },
    ...PICTURE,
    score: { label: "Score", type: "choice", choices: ["plain", "normalized"] },
    place: { label: "Place", type: "place", min: 0, max: 143 },
  },

  follow: (state, before) => preset("of", PICTURES, state, before),

  places({ pattern, picture }) {
    const { rows, columns } = places(picture, pattern, "valid");
    return ["place", 0, Math.max(rows * columns, 1) - 1];
  },

  // `one` and `other` are what is multiplied: window and pattern, or what is left of them without their means.
  compute({ pattern, picture, score, place }) {
    const { rows, columns } = places(picture, pattern, "valid");
    if (rows * columns === 0) return { wrong: "fit" };
    const normalized = score === "normalized", v = centered(pattern);
    if (normalized && v.length === 0) return { wrong: "flat" };
    const [i, j] = [Math.floor(place / columns), place % columns], window = under(picture, pattern, i, j);
    const u = centered(window), [one, other] = normalized ? [u.values, v.values] : [window, pattern];
    const pairs = one.flatMap((row, a) => row.map((value, b) => [value, other[a][b]]));
    const y = correlate(picture, pattern, 1, "valid");
    if (normalized) {
      y.forEach((row, r) => row.forEach((_, c) => { row[c] = cosine(centered(under(picture, pattern, r, c)), v); }));
    }
    const highest = Math.max(...y.flat()), lowest = Math.min(...y.flat());
    const best = y.flatMap((row, r) => row.flatMap((value, c) =>
      highest - value <= 1e-9 * Math.abs(highest) ? [[r, c]] : []));
    return { wrong: "", i, j, u, v, one, other, pairs, total: sumOfProducts(pairs), y, highest, lowest, best };
  },

  sentence({ pattern, picture, score }, { wrong, i, j, u, v, pairs, total, y, highest, best }) {
    if (wrong === "fit") return `no place: a pattern of ${size(pattern)} does not fit into a picture of ${size(picture)}`;
    if (wrong) return "no normalized score: the numbers of the pattern are all equal, so that it has no form";
    const others = best.length - 1, also = ["", ", as at one other place"][others] ?? `, as at ${others} other places`;
    const top = `best y[${best[0].join(", ")}] = ${show(highest)}${also}`;
    const here = `y[${i}, ${j}] = `;
    if (score === "plain") return `${here}${products(pairs)} = ${show(total)}; ${top}`;
    if (!u.length) return `${here}0, for the numbers of this window are all equal: it has no form; ${top}`;
    return `without the means ${show(u.mean)} and ${show(v.mean)}, `
      + `${here}${show(total)}/(${show(u.length)}·${show(v.length)}) = ${show(y[i][j])}; ${top}`;
  },

  code({ pattern, picture, score }, { i = 0, j = 0 }) {
    const name = score === "plain" ? "corr2d" : "normalized_correlate";
    return `import numpy as np

import convbook

${array("pattern", pattern)}
${array("picture", picture)}
y = convbook.${name}(picture, pattern)
best = np.argwhere(np.isclose(y, y.max(), rtol=1e-9, atol=0))
print("y[${i}, ${j}] =", y[${i}, ${j}])
print("best", y.max(), "at", best.tolist())
`;
  },
};

export default kind;
