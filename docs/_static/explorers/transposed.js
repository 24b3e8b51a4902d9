// A transposed convolution: each number writes a copy of the weights, and where copies overlap they are added.

import { products, show, sumOfProducts } from "./numbers.js";

const kind = {
  title: "Copies of a kernel",
  fields: {
    v: { label: "Input v", type: "list" },
    w: { label: "Weights w", type: "list" },
    stride: { label: "Stride s", type: "whole", min: 1, max: 9 },
    padding: { label: "Padding p", type: "whole", min: 0, max: 9 },
    output_padding: { label: "Output padding r", type: "whole", min: 0, max: 8 },
    dilation: { label: "Dilation d", type: "whole", min: 1, max: 5 },
    place: { label: "Input i", type: "place", min: 0, max: 23 },
  },

  places: ({ v }) => ["place", 0, v.length - 1],

  // A cell is counted from the first one that a copy is written into, so output j is cell p + j.
  compute({ v, w, stride, padding, output_padding: more, dilation }) {
    const reach = dilation * (w.length - 1) + 1;
    const written = (v.length - 1) * stride + reach;
    const size = written - 2 * padding + more;
    const pairs = Array.from({ length: written + Math.max(more - padding, 0) }, () => []);
    v.forEach((value, i) => w.forEach((weight, m) => pairs[i * stride + m * dilation].push([value, weight])));
    const sums = pairs.map(sumOfProducts);
    const fits = size > 0 && more < Math.max(stride, dilation);
    const kept = list => fits ? list.slice(padding, padding + size) : [];
    return { reach, size, pairs, sums, fits, z: kept(sums), copies: kept(pairs.map(all => all.length)) };
  },

  formula({ v, w, stride, padding, output_padding: more, dilation }, { reach, size }) {
    return `reach = ${dilation}·(${w.length} − 1) + 1 = ${reach}; `
      + `outputs = (${v.length} − 1)·${stride} + ${reach} − 2·${padding} + ${more} = ${show(size)}`;
  },

  sentence(state, result) {
    const { v, w, stride, padding, output_padding: more, dilation, place } = state;
    const { size, pairs, sums, fits, copies } = result;
    if (more >= Math.max(stride, dilation)) {
      return `no output: an output padding of ${more} must be smaller than the stride ${stride} `
        + `or the dilation ${dilation}.`;
    }
    if (!fits) return `${kind.formula(state, result)}: no output, the padding crops every cell.`;
    const cells = w.map((_, m) => place * stride + m * dilation);
    const isKept = cell => cell >= padding && cell < padding + size;
    const name = cell => isKept(cell) ? `z[${cell - padding}]` : "a cropped cell";
    const writes = w.map((weight, m) =>
      `${products([[v[place], weight]])} = ${show(v[place] * weight)} into ${name(cells[m])}`);
    const kept = cells.filter(isKept), most = Math.max(...kept.map(cell => pairs[cell].length));
    const full = kept.find(cell => pairs[cell].length === most);
    const sum = full === undefined ? "" : `; there ${name(full)} = ${products(pairs[full])} = ${show(sums[full])}`;
    const [fewest, mostCopies] = [Math.min(...copies), Math.max(...copies)];
    const count = fewest === mostCopies ? fewest : `${fewest} to ${mostCopies}`;
    return `${kind.formula(state, result)}. v[${place}] writes ${writes.join(", ")}${sum}. `
      + `Copies on an output: ${count}.`;
  },

  code({ v, w, stride, padding, output_padding: more, dilation }) {
    return `import convbook

v = [${v.join(", ")}]
w = [${w.join(", ")}]
z = convbook.conv_transpose(
    [[v]], [[w]], stride=${stride}, padding=${padding}, output_padding=${more}, dilation=${dilation}
)  # one example, one channel; a ValueError if no output is left
print(z[0, 0].tolist())
`;
  },
};

export default kind;
