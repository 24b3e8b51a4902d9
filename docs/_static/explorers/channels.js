// A layer as a table of planes: which input channels an output channel sees, and what its weights and their work count.

import { whole } from "./numbers.js";

const kind = {
  title: "Channels and groups",
  fields: {
    inputs: { label: "Channels in C", type: "whole", min: 1, max: 48 },
    outputs: { label: "Channels out F", type: "whole", min: 1, max: 48 },
    groups: { label: "Groups G", type: "whole", min: 1, max: 48 },
    kernel: { label: "Kernel side K", type: "whole", min: 1, max: 11 },
    side: { label: "Output side", type: "whole", min: 1, max: 64 },
    output: { label: "Output channel f", type: "place", min: 0, max: 47 },
  },

  places: ({ outputs }) => ["output", 0, outputs - 1],

  // `seen` says of each output channel which input channels it sees; without equal groups there is no layer.
  compute({ inputs, outputs, groups, kernel, side }) {
    const uneven = [inputs, outputs].map(channels => channels % groups !== 0);
    if (uneven[0] || uneven[1]) return { uneven, seen: Array.from({ length: outputs }, () => []), weights: 0, work: 0 };
    const part = inputs / groups;
    const seen = Array.from({ length: outputs }, (_, output) => {
      const group = Math.floor(output / (outputs / groups));
      return Array.from({ length: part }, (_, channel) => group * part + channel);
    });
    const weights = outputs * part * kernel * kernel;
    return { uneven, seen, weights, work: weights * side * side };
  },

  sentence({ inputs, outputs, groups, kernel, side, output }, { uneven, seen, weights, work }) {
    const wrong = [`${inputs} input channels`, `${outputs} output channels`].filter((_, at) => uneven[at]);
    if (wrong.length) return `no layer: ${wrong.join(" and ")} cannot be split into ${groups} equal groups.`;
    const part = inputs / groups, group = Math.floor(output / (outputs / groups));
    const place = groups > 1 ? `lies in group ${group} and sees` : "sees";
    return `Output channel ${output} ${place} input ${part > 1 ? "channels" : "channel"} ${seen[output].join(", ")}: `
      + `${part}·${kernel}² = ${part * kernel * kernel} weights. The layer has `
      + `${outputs}·(${inputs} / ${groups})·${kernel}² = ${whole(weights)} weights; at ${side}² places it makes `
      + `${weights}·${side}² = ${whole(work)} multiply-adds.`;
  },

  code({ inputs, outputs, groups, kernel, side, output }) {
    return `import numpy as np
from convbook.nn import Conv

rng, side = np.random.default_rng(0), ${side + kernel - 1}
layer = Conv(${inputs}, ${outputs}, ${kernel}, groups=${groups}, rng=rng)  # a ValueError if groups cannot be equal
weight = layer.parameters["weight"]
weight[:] = 1  # so each product is 1, and a sum counts them
work = layer.forward(np.ones((1, ${inputs}, side, side))).sum()
print(weight.size, "weights", int(work), "multiply-adds")

alone = np.eye(${inputs})[:, :, None, None] * np.ones((${kernel}, ${kernel}))  # one channel at a time
seen = np.flatnonzero(layer.forward(alone)[:, ${output}])
print("output channel ${output} sees", seen)
`;
  },
};

export default kind;
