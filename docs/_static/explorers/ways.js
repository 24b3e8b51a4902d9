// What a layer is estimated to take by columns, by a band of b rows of outputs at once, and by taps: one block of float32.
// Of the other ways the planner takes none for these sizes: one is for signals, two are for more channels and more taps.

import { show } from "./numbers.js";

// The library's prices in nanoseconds; a test holds them to `convbook.algorithms.cost`.
export const PRICES = {
  multiply_add: 0.025, each_product: 150, copy: 0.3, each_run: 7, multiply_add_in_a_loop: 0.36, each_loop: 40, calls: 10000,
};
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
  title: "Three ways, estimated",
  fields: {
    channels: { label: "Channels C", type: "whole", min: 1, max: 16 },
    filters: { label: "Filters F", type: "whole", min: 1, max: 64 },
    kernel: { label: "Taps K on a side", type: "whole", min: 1, max: 7 },
    height: { label: "Rows of outputs", type: "whole", min: 1, max: 64 },
    width: { label: "Outputs in a row", type: "whole", min: 1, max: 128 },
    layer: { label: "Layer", type: "choice", choices: ["dense", "depthwise"] },
    p: { label: "Rows at once, 2 to the power", type: "place", min: 0, max: 5 },
  },

  places: ({ height }) => ["p", 0, Math.min(5, Math.floor(Math.log2(height) + 1e-9))],

  // Depthwise, each channel has its own filters.
  compute({ channels, filters, kernel, height, width, layer, p }) {
    const [each, groups] = layer === "dense" ? [channels, 1] : [1, channels];
    const places = height * width, rows = 2 ** p, made = filters * groups, depth = each * kernel ** 2;
    const seen = (rows + kernel - 1) * each * kernel;
    const number = PRICES.copy + PRICES.each_run / width;
    const columns = [
      product(filters, depth, Math.min(places, 1024), made * depth * places),
      kernel === 1 ? 0 : number * channels * kernel ** 2 * places,
      PRICES.calls,
    ];
    const band = [
      product(filters * rows, seen, width, made * seen * places),
      number * (channels * kernel + made) * places,
      PRICES.calls * (2 + kernel),
    ];
    const taps = [
      made * depth * places * (PRICES.multiply_add_in_a_loop + PRICES.each_loop / places),
      number * channels * kernel * places,
      PRICES.calls * (2 + kernel),
    ];
    const ways = [columns, band, taps].map(parts => parts.map(part => part / 1000));
    const cells = channels * (height + kernel - 1) * (width + kernel - 1);
    return { columns: ways[0], band: ways[1], taps: ways[2], fits: (channels * kernel ** 2 + made) * places + cells <= ROOM };
  },

  sentence({ filters, layer, p }, { columns, band, taps, fits }) {
    const total = parts => parts[0] + parts[1] + parts[2];
    const share = parts => `${micro(total(parts) / total(columns))} times as much`;
    const own = `Each channel has ${filters === 1 ? "a filter" : `${filters} filters`} of its own. `;
    return `${layer === "dense" ? "" : own}Multiplying, copying, calls: by columns ${sum(columns)}; by a band of ${2 ** p} rows ${sum(band)}, `
      + `${share(band)}; by taps ${sum(taps)}, ${share(taps)}.`
      + `${fits ? "" : " (So large a layer is cut into blocks, and pays for the calls of each.)"}`;
  },

  code({ channels, filters, kernel, height, width, layer }) {
    const [all, each, groups] = layer === "dense" ? [filters, channels, 1] : [filters * channels, 1, channels];
    return `import numpy as np

import convbook

x = np.ones((1, ${channels}, ${height + kernel - 1}, ${width + kernel - 1}), np.float32)
w = np.ones((${all}, ${each}, ${kernel}, ${kernel}), np.float32)
plan = convbook.explain_plan(x, w, groups=${groups})
columns, band, taps = (plan.candidates[way] for way in ("columns", "band", "taps"))
print(plan)  # the band with the number of rows that is estimated to be the best
`;
  },
};

export default kind;
