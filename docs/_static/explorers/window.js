// One sum of a convolution or a correlation: the window over the signal, the products, and what they add up to.

import { products, show, sumOfProducts } from "./numbers.js";

const kind = {
  title: "One sum at a time",
  fields: {
    x: { label: "Signal x", type: "list" },
    h: { label: "Kernel h", type: "list" },
    operation: { label: "Operation", type: "choice", choices: ["convolution", "correlation"] },
    mode: { label: "Mode", type: "choice", choices: ["full", "same", "valid"] },
    n: { label: "Output n", type: "place", min: 0, max: 99 },
  },

  places({ x: { length: N }, h: { length: K }, mode }) {
    return ["n", 0, { full: N + K - 1, same: N, valid: Math.abs(N - K) + 1 }[mode] - 1];
  },

  compute(state) {
    const { x, h, operation, mode, n } = state;
    const window = operation === "convolution" ? [...h].reverse() : h;
    // Output 0 of mode "full" has the last cell of the window on the first of the signal; other modes begin later.
    const start = { full: 0, same: (h.length - 1) >> 1, valid: Math.min(x.length, h.length) - 1 }[mode];
    const firstOf = output => start + output - h.length + 1;
    const pairsAt = first => window.map((weight, m) => [x[first + m], weight]).filter(([value]) => value !== undefined);
    const y = Array.from({ length: kind.places(state)[2] + 1 }, (_, output) => sumOfProducts(pairsAt(firstOf(output))));
    // The axis of the outputs: the n of x[k] h[n − k], or the lag, which is where the window begins.
    const axis = y.map((_, output) => operation === "convolution" ? start + output : firstOf(output));
    return { window, first: firstOf(n), pairs: pairsAt(firstOf(n)), y, axis };
  },

  sentence({ n }, { pairs, y }) {
    return `y[${n}] = ${products(pairs)} = ${show(y[n])}`;
  },

  lists: (_, { y }) => ({ y }),

  code({ x, h, operation, mode, n }) {
    const name = operation === "convolution" ? "convolve" : "correlate";
    return `import convbook

x = [${x.join(", ")}]
h = [${h.join(", ")}]
y = convbook.${name}(x, h, mode="${mode}")
print(y.tolist())
print("y[${n}] =", y[${n}])
`;
  },
};

export default kind;
