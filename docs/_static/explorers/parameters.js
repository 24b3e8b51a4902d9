// How many weights a layer from one picture to another has: with none, one or both of the demands that make it a
// convolution.

import { show, whole } from "./numbers.js";

const kind = {
  title: "Counts of weights",
  fields: {
    n: { label: "Image side n", type: "whole", min: 1, max: 1000 },
    hidden: { label: "Hidden side m", type: "whole", min: 1, max: 1000 },
    reach: { label: "Reach Δ", type: "whole", min: 0, max: 999 },
    inputs: { label: "Channels in", type: "whole", min: 1, max: 64 },
    outputs: { label: "Channels out", type: "whole", min: 1, max: 64 },
    layer: { label: "Layer", type: "place", min: 0, max: 3 },
  },

  places: () => ["layer", 0, 3],

  // Output (i, j) looks around pixel (i, j). On one axis an offset is a pixel's place minus an output's, and a pair is
  // an output with a pixel at most Δ away.
  compute({ n, hidden, reach, inputs, outputs }) {
    const below = Math.min(reach, hidden - 1), above = Math.min(reach, n - 1);
    let pairs = 0;
    for (let offset = -below; offset <= above; offset++) {
      pairs += Math.max(Math.min(hidden, n - offset) - Math.max(0, -offset), 0);
    }
    const onAxis = [n * hidden, n + hidden - 1, pairs, below + above + 1];
    const counts = onAxis.map(count => count * count * inputs * outputs);
    return { names: ["dense", "same weights", "local", "same and local"], below, above, pairs, counts };
  },

  sentence({ n, hidden, reach, inputs, outputs, layer }, { names, below, above, pairs, counts }) {
    const axis = n === hidden && reach < n ? `${n}·${2 * reach + 1} − ${reach}·${reach + 1} = ` : "";
    const [sum, why] = [
      [`${n}²·${hidden}²`, "one for each pixel and each output"],
      [`(${n} + ${hidden} − 1)²`, "one for each offset of a pixel from an output"],
      [`${pairs}²`, `for on an axis ${axis}${pairs} pairs of an output and a pixel lie at most ${reach} apart`],
      [`(${below} + ${above} + 1)²`, "one for each offset inside of the window"],
    ][layer];
    const more = layer ? `; the dense layer has ${show(counts[0] / counts[layer])} times as many` : "";
    return `${names[layer]}: ${sum}·${inputs}·${outputs} = ${whole(counts[layer])} weights, ${why}${more}.`;
  },

  code({ n, hidden, reach, inputs, outputs }) {
    return `n, m, reach, tables = ${n}, ${hidden}, ${reach}, ${inputs} * ${outputs}
offsets = range(-(m - 1), n)  # on one axis: a pixel's place minus an output's
near = [a for a in offsets if abs(a) <= reach]
pairs = sum(max(min(m, n - a) - max(0, -a), 0) for a in near)
counts = {
    "dense": (n * m) ** 2 * tables,
    "same weights": len(offsets) ** 2 * tables,
    "local": pairs**2 * tables,
    "same and local": len(near) ** 2 * tables,
}
print(counts)
`;
  },
};

export default kind;
