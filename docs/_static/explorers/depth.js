// Layers one after another: how many cells of the input an output can depend on, and which.

const WIDEST = 64; // cells of a field that is drawn

const kind = {
  title: "Receptive fields",
  fields: {
    layers: { label: "Layers", type: "table", columns: { taps: 16, stride: 8, dilation: 512 } },
    n: { label: "Input size n", type: "whole", min: 1, max: 4096 },
    layer: { label: "Layer", type: "place", min: 1, max: 12 },
  },

  places: ({ layers }) => ["layer", 1, layers.length],

  // `fields` says of the input and of each layer how large an output's field is, how far from the next, and how many
  // there are; `nodes`, which outputs of each layer below the chosen one its first output sees.
  compute({ layers, n, layer }) {
    const fields = [{ size: 1, jump: 1, outputs: n }];
    layers.forEach(([taps, stride, dilation], below) => {
      const { size, jump, outputs } = fields[below], span = (taps - 1) * dilation;
      const fitting = Math.max(Math.floor((outputs - span - 1) / stride) + 1, 0);
      fields.push({ size: size + span * jump, jump: jump * stride, outputs: fitting });
    });
    const nodes = [];
    if (fields[layer].size <= WIDEST) {
      nodes[layer] = [0];
      for (let below = layer - 1; below >= 0; below--) {
        const [taps, stride, dilation] = layers[below], seen = new Set();
        for (const node of nodes[below + 1]) {
          for (let tap = 0; tap < taps; tap++) seen.add(node * stride + tap * dilation);
        }
        nodes[below] = [...seen].sort((a, b) => a - b);
      }
    }
    return { fields, nodes };
  },

  sentence({ layers, layer }, { fields, nodes }) {
    const [taps, stride, dilation] = layers[layer - 1], reach = (taps - 1) * dilation + 1;
    const before = fields[layer - 1], { size, jump, outputs } = fields[layer];
    const cells = Array.from({ length: nodes.length ? size : 0 }, (_, cell) => cell);
    const holes = cells.filter(cell => !nodes[0].includes(cell));
    return `Layer ${layer}: field = ${before.size} + (${taps} − 1)·${dilation}·${before.jump} = ${size}; `
      + `jump = ${before.jump}·${stride} = ${jump}; `
      + (outputs ? `outputs = ⌊(${before.outputs} − ${reach}) / ${stride}⌋ + 1 = ${outputs}. `
        : `no output: its window reaches over ${reach}, and ${before.outputs} come in. `)
      + `The field of output 0 begins with cell 0 and ends with cell ${size - 1}; `
      + (!nodes.length ? `it is not drawn, for it is wider than ${WIDEST} cells.`
        : holes.length ? `it has holes, which this output does not see: ${holes.join(", ")}.` : "it has no holes.");
  },

  code({ layers, n }) {
    return `import convbook

layers = [  # taps, stride, dilation
${layers.map(layer => `    (${layer.join(", ")}),\n`).join("")}]
outputs = ${n}
for layer, (taps, stride, dilation) in enumerate(layers, 1):
    size, jump, _ = convbook.receptive_field(layers[:layer])
    outputs = convbook.output_size(outputs, taps, stride=stride, dilation=dilation)
    print(f"layer {layer}: field {size}, jump {jump}, outputs {outputs}")
`;
  },
};

export default kind;
