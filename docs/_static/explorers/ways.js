// What a layer is estimated to take by columns, and by a band of b rows of outputs at once: one block of float32.

import { show } from "./numbers.js";

// The library's prices in nanoseconds; a test holds them to `convbook.algorithms.cost`.
export const PRICES = { multiply_add: 0.025, each_product: 150, copy: 0.3, each_run: 7, calls: 10000 };
const ROOM = 2 ** 21 / 4; // numbers that a block lays out: a layer with more is cut, and each block has its own calls
const micro = value => show(Number(value.toPrecision(3)));
const sum = ([a, b, c]) => `${micro(a)} + ${micro(b)} + ${micro(c)} = ${micro(a + b + c)} µs`;

// `made` multiplications in products of m × k with k × n numbers: longer where these are thin.
function product(m, k, n, made) {
  const { multiply_add: each, each_product: call } = PRICES;
  if (m === 1) return made * each * 6 * (1 + 12 / k); // a vector, at the speed of memory
  return made * (each * (1 + 8 / m) * (1 + 20 / n) * (1 + 4 / k) + call / (m * n * k));
}

const kind = {
  title: "Two ways, estimated",
  fields: {
    channels: { label: "Channels C", type: "whole", min: 1, max: 16 },
    filters: { label: "Filters F", type: "whole", min: 1, max: 64 },
    kernel: { label: "Taps K on a side", type: "whole", min: 1, max: 7 },
    height: { label: "Rows of outputs", type: "whole", min: 1, max: 64 },
    width: { label: "Outputs in a row", type: "whole", min: 1, max: 128 },
    p: { label: "Rows at once, 2 to the power", type: "place", min: 0, max: 5 },
  },

  places: ({ height }) => ["p", 0, Math.min(5, Math.floor(Math.log2(height) + 1e-9))],

  compute({ channels, filters, kernel, height, width, p }) {
    const places = height * width, rows = 2 ** p, depth = channels * kernel ** 2;
    const seen = (rows + kernel - 1) * channels * kernel;
    const number = PRICES.copy + PRICES.each_run / width;
    const columns = [
      product(filters, depth, Math.min(places, 1024), filters * depth * places),
      kernel === 1 ? 0 : number * depth * places,
      PRICES.calls,
    ];
    const band = [
      product(filters * rows, seen, width, filters * seen * places),
      number * (channels * kernel + filters) * places,
      PRICES.calls * (2 + kernel),
    ];
    const [first, second] = [columns, band].map(parts => parts.map(part => part / 1000));
    const cells = channels * (height + kernel - 1) * (width + kernel - 1);
    return { columns: first, band: second, fits: (depth + filters) * places + cells <= ROOM };
  },

  sentence({ p }, { columns, band, fits }) {
    const total = parts => parts[0] + parts[1] + parts[2];
    const share = micro(total(band) / total(columns));
    return `Multiplying, copying, calls: by columns ${sum(columns)}; by a band of ${2 ** p} rows ${sum(band)}, `
      + `${share} times as much.${fits ? "" : " (So large a layer is cut into blocks, and pays for the calls of each.)"}`;
  },

  code({ channels, filters, kernel, height, width }) {
    return `import numpy as np

import convbook

x = np.ones((1, ${channels}, ${height + kernel - 1}, ${width + kernel - 1}), np.float32)
w = np.ones((${filters}, ${channels}, ${kernel}, ${kernel}), np.float32)
plan = convbook.explain_plan(x, w)
columns, band = (plan.candidates[way] for way in ("columns", "band"))
print(plan)  # the band with the number of rows that is estimated to be the best
`;
  },
};

export default kind;
