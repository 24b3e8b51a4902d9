// A window slides over a signal that the reader draws: multiply each weight by the value under it, and add up.

import { products, show, sumOfProducts } from "./numbers.js";

const kind = {
  title: "Draw a signal",
  fields: {
    x: { label: "Signal x", type: "list" },
    h: { label: "Weights w", type: "list" },
    n: { label: "Place n", type: "place", min: 0, max: 23 },
  },

  places: ({ x, h }) => ["n", 0, Math.max(x.length - h.length, 0)],

  draws: "x", // the list that a pointer draws

  compute({ x, h }) {
    const count = Math.max(x.length - h.length + 1, 0);
    const pairs = Array.from({ length: count }, (_, n) => h.map((weight, m) => [x[n + m], weight]));
    return { pairs, y: pairs.map(sumOfProducts) };
  },

  sentence({ x, h, n }, { pairs, y }) {
    if (!y.length) return `A window of ${h.length} weights does not fit on ${x.length} values.`;
    return `y[${n}] = ${products(pairs[n])} = ${show(y[n])}`;
  },

  code({ x, h }) {
    return `import numpy as np

x = [${x.join(", ")}]
w = [${h.join(", ")}]
y = np.lib.stride_tricks.sliding_window_view(x, len(w)) @ w
print(y.tolist())
`;
  },
};

export default kind;
