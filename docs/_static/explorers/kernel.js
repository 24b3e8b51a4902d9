// What a kernel will do, read from its numbers: sum, moments, symmetry, its answer to waves, and a picture.

import { preset, products, show, sum } from "./numbers.js";
import { array, correlate, shades } from "./pictures.js";
import { SCENES } from "./shown.js";

const ones = size => Array.from({ length: size }, () => Array(size).fill(1));
const PRESETS = {
  identity: { kernel: [[0, 0, 0], [0, 1, 0], [0, 0, 0]], divisor: 1 },
  box: { kernel: ones(3), divisor: 9 },
  "box 5×5": { kernel: ones(5), divisor: 25 },
  binomial: { kernel: [[1, 2, 1], [2, 4, 2], [1, 2, 1]], divisor: 16 },
  "binomial 5×5": { kernel: [1, 4, 6, 4, 1].map(a => [1, 4, 6, 4, 1].map(b => a * b)), divisor: 256 },
  Sobel: { kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], divisor: 1 },
  Laplacian: { kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], divisor: 1 },
  sharpen: { kernel: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]], divisor: 1 },
};
// A sum, or 0 if only rounding is left of it.
const clean = (values, weights = values) =>
  Math.abs(sum(values)) > 1e-12 * sum(weights.map(Math.abs)) ? sum(values) : 0;
// The lines of Python that make a picture: what they import, and what names it.
const MADE = {
  Hi: ["", "picture = convbook.hi_image()"],
  photograph: ["from matplotlib import image as mpimg\nfrom matplotlib.cbook import get_sample_data\n",
    `photo = mpimg.imread(get_sample_data("grace_hopper.jpg", asfileobj=False))
green = photo[50:306, 150:406, 1].astype(float)
picture = green.reshape(32, 8, 32, 8).mean(axis=(1, 3)).round()`],
};
export const STEPS = 16; // places on the axis of frequencies, from 0 to π

const kind = {
  title: "What a kernel will do",
  fields: {
    preset: { label: "Preset", type: "choice", choices: ["own", ...Object.keys(PRESETS)] },
    kernel: { label: "Kernel", type: "table" },
    divisor: { label: "Divided by", type: "whole", min: 1, max: 9999 },
    of: { label: "Picture of", type: "choice", choices: Object.keys(SCENES) },
    place: { label: "Frequency, in sixteenths of π", type: "place", min: 0, max: STEPS },
  },

  places: () => ["place", 0, STEPS],

  follow: (state, before) => preset("preset", PRESETS, state, before),

  compute({ kernel, divisor, of }) {
    const middle = [kernel.length >> 1, kernel[0].length >> 1];
    // Rows and columns are counted from the middle; the one of an even number is the later of the two.
    const cells = kernel.flatMap((row, a) => row.map((weight, b) => [a - middle[0], b - middle[1], weight]));
    const total = of => clean(cells.map(([a, b, weight]) => of(a, b) * weight)) / divisor;
    const at = (a, b) => kernel[middle[0] + a]?.[middle[1] + b] ?? 0;
    const turned = sign => cells.every(([a, b, weight]) => at(-a, -b) === sign * weight);
    const columns = kernel[0].map((_, b) => sum(kernel.map(row => row[b])) / divisor);
    const response = wave => clean(columns.map((weight, b) => weight * wave(b - middle[1])), columns);
    const omegas = Array.from({ length: 4 * STEPS + 1 }, (_, at) => Math.PI * at / (4 * STEPS));
    const y = correlate(SCENES[of], kernel, divisor, "valid");
    return {
      middle, columns, y, shades: shades(SCENES[of], kernel, divisor, y),
      sum: total(() => 1),
      first: [total(a => a), total((_, b) => b)],
      second: [total(a => a * a), total((_, b) => b * b)],
      symmetry: turned(1) ? "symmetric" : turned(-1) ? "antisymmetric" : "not symmetric",
      real: omegas.map(omega => response(b => Math.cos(omega * b))),
      imaginary: omegas.map(omega => response(b => Math.sin(omega * b))),
    };
  },

  sentence({ place }, { middle, columns, sum: total, first, second, symmetry, real, imaginary }) {
    const part = wave => products(columns.map((weight, b) => {
      const value = wave(Math.PI * place / STEPS * (b - middle[1]));
      return [weight, Math.abs(value) < 1e-12 ? 0 : value];
    }));
    const parts = [];
    if (real.some(Boolean) || !imaginary.some(Boolean)) {
      parts.push(`${part(Math.cos)} = ${show(real[4 * place])}`);
    }
    if (imaginary.some(Boolean)) parts.push(`imaginary part ${part(Math.sin)} = ${show(imaginary[4 * place])}`);
    return `sum ${show(total)}; first moments ${show(first[0])} down, ${show(first[1])} across; second moments `
      + `${show(second[0])} down, ${show(second[1])} across; ${symmetry}; H(${place}π/${STEPS}): ${parts.join(", ")}`;
  },

  code({ kernel, divisor, of, place }) {
    const [imports, lines] = MADE[of];
    return `import numpy as np
${imports}
import convbook

${array("kernel", kernel)}
kernel = np.array(kernel)${divisor === 1 ? "" : ` / ${divisor}`}
a, b = np.indices(kernel.shape)
a, b = a - kernel.shape[0] // 2, b - kernel.shape[1] // 2
first = np.sum(a * kernel), np.sum(b * kernel)
second = np.sum(a**2 * kernel), np.sum(b**2 * kernel)
print("sum", kernel.sum(), "moments", first, second)
response = np.sum(kernel * np.exp(1j * np.pi * ${place} / ${STEPS} * b))
print("H =", response)
${lines}
filtered = convbook.corr2d(picture, kernel)
`;
  },
};

export default kind;
