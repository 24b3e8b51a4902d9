// The paths of a layer along which slopes run back to one input or to one weight.

import { products, show, sumOfProducts } from "./numbers.js";

// "y[0], y[1] and y[2]".
const listed = words => words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];

const kind = {
  title: "Paths of slopes",
  fields: {
    x: { label: "Input x", type: "list", most: 8 },
    w: { label: "Weights w", type: "list", most: 5 },
    stride: { label: "Stride s", type: "whole", min: 1, max: 3 },
    slopes: { label: "Slopes of the outputs", type: "list", most: 8 },
    of: { label: "Slope of", type: "choice", choices: ["input", "weight"] },
    place: { label: "Place", type: "place", min: 0, max: 7 },
  },

  outputs: ({ x, w, stride }) => Math.max(Math.floor((x.length - w.length) / stride) + 1, 0),

  // Each output has a slope; that of a new one is 1.
  follow: state => {
    const count = Math.max(kind.outputs(state), 1);
    return { ...state, slopes: Array.from({ length: count }, (_, n) => state.slopes[n] ?? 1) };
  },

  places: ({ x, w, of }) => ["place", 0, (of === "input" ? x : w).length - 1],

  // A path leads from input j to output n by weight m.
  compute(state) {
    const { x, w, stride, slopes, of, place } = state, count = kind.outputs(state);
    const paths = Array.from({ length: count }, (_, n) => w.map((_, m) => ({ n, m, j: n * stride + m }))).flat();
    const pairsOf = (chosen, factor) => paths.filter(chosen).map(path => [slopes[path.n], factor(path)]);
    const toInput = at => pairsOf(({ j }) => j === at, ({ m }) => w[m]);
    const toWeight = at => pairsOf(({ m }) => m === at, ({ j }) => x[j]);
    const y = slopes.slice(0, count).map((_, n) => sumOfProducts(w.map((weight, m) => [weight, x[n * stride + m]])));
    return {
      y, paths: paths.map(path => ({ ...path, chosen: (of === "input" ? path.j : path.m) === place })),
      pairs: (of === "input" ? toInput : toWeight)(place),
      ofX: x.map((_, at) => sumOfProducts(toInput(at))), ofW: w.map((_, at) => sumOfProducts(toWeight(at))),
    };
  },

  sentence({ x, w, of, place }, { y, paths, pairs, ofX, ofW }) {
    if (!y.length) return `no output: ${w.length} weights do not fit into ${x.length} input${x.length > 1 ? "s" : ""}`;
    const input = of === "input", name = `${input ? "x" : "w"}[${place}]`, chosen = paths.filter(path => path.chosen);
    if (!chosen.length) return `∂L/∂${name} = 0: no window sees ${name}`;
    const ways = chosen.map(({ n, m, j }) => input ? `y[${n}] by w[${m}]` : `x[${j}] to y[${n}]`);
    return `∂L/∂${name} = ${products(pairs)} = ${show((input ? ofX : ofW)[place])}: `
      + `${name} ${input ? "reaches" : "takes"} ${listed(ways)}`;
  },

  code({ x, w, stride, slopes }) {
    return `import convbook

x = [${x.join(", ")}]
w = [${w.join(", ")}]
slopes = [${slopes.join(", ")}]
of_x, of_w = convbook.conv_vjp([[slopes]], [[x]], [[w]], stride=${stride})
print("inputs", of_x[0, 0].tolist())
print("weights", of_w[0, 0].tolist())
`;
  },
};

export default kind;
