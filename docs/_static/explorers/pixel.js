// One pixel of a filtered picture: the window on it, the products, and their sum.

import { preset, products, show, sumOfProducts } from "./numbers.js";
import { array, correlate, PICTURE, PICTURES, places, shades, size, under } from "./pictures.js";

const kind = {
  title: "One pixel at a time",
  fields: {
    kernel: { label: "Kernel", type: "table" },
    divisor: { label: "Divided by", type: "whole", min: 1, max: 9999 },
    ...PICTURE,
    border: { label: "Border", type: "choice", choices: ["valid", "zero"] },
    place: { label: "Place", type: "place", min: 0, max: 143 },
  },

  follow: (state, before) => preset("of", PICTURES, state, before),

  places({ kernel, picture, border }) {
    const { rows, columns } = places(picture, kernel, border);
    return ["place", 0, Math.max(rows * columns, 1) - 1];
  },

  compute({ kernel, divisor, picture, border, place }) {
    const { top, left, rows, columns } = places(picture, kernel, border);
    const y = correlate(picture, kernel, divisor, border);
    const fits = rows * columns > 0;
    const [i, j] = fits ? [Math.floor(place / columns), place % columns] : [0, 0];
    const window = under(picture, kernel, i - top, j - left);
    const pairs = window.flatMap((row, a) => row.map((value, b) => [value, kernel[a][b]]));
    const total = sumOfProducts(pairs);
    return { fits, top, left, i, j, window, pairs, total, y, shades: shades(picture, kernel, divisor, y) };
  },

  sentence({ kernel, divisor, picture }, { fits, i, j, pairs, total, y }) {
    if (!fits) return `no place: a kernel of ${size(kernel)} does not fit into a picture of ${size(picture)}`;
    if (divisor === 1) return `y[${i}, ${j}] = ${products(pairs)} = ${show(total)}`;
    return `y[${i}, ${j}] = (${products(pairs)})/${divisor} = ${show(total)}/${divisor} = ${show(y[i][j])}`;
  },

  code({ kernel, divisor, picture, border }, { i, j }) {
    const sums = border === "zero"
      ? 'convbook.correlate(picture, kernel, mode="same")' : "convbook.corr2d(picture, kernel)";
    return `import convbook

${array("kernel", kernel)}
${array("picture", picture)}
y = ${sums}${divisor === 1 ? "" : ` / ${divisor}`}
print(y.shape)
print("y[${i}, ${j}] =", y[${i}, ${j}])
`;
  },
};

export default kind;
