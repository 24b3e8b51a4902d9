// Modes: which part of the full result a function of a library returns.

// Each names its function and, for "same", its start and its length, as formulas and as numbers.
const LIBRARIES = {
  numpy: {
    call: "np.convolve",
    same: (N, K) => [`(min(${N}, ${K}) − 1) // 2`, (Math.min(N, K) - 1) >> 1, `max(${N}, ${K})`, Math.max(N, K)],
  },
  "scipy.signal": { call: "signal.convolve", same: (N, K) => [`(${K} − 1) // 2`, (K - 1) >> 1, "N", N] },
  "scipy.ndimage": { call: "ndimage.convolve1d", same: (N, K) => [`${K} // 2`, K >> 1, "N", N] },
  torch: { call: "conv1d", same: (N, K) => [`${K} // 2`, K >> 1, "N", N] },
};

// The other modes are the same for all.
const PARTS = {
  full: (N, K) => ["0", 0, `${N} + ${K} − 1`, N + K - 1],
  valid(N, K) { // of a kernel longer than the signal: where it covers the whole signal
    const [long, short] = [Math.max(N, K), Math.min(N, K)];
    return [`${short} − 1`, short - 1, `${long} − ${short} + 1`, long - short + 1];
  },
};

const kind = {
  title: "Modes",
  fields: {
    size: { label: "Signal N", type: "whole", min: 1, max: 128 },
    kernel: { label: "Kernel K", type: "whole", min: 1, max: 24 },
    mode: { label: "Mode", type: "choice", choices: ["full", "same", "valid"] },
    library: { label: "Library", type: "choice", choices: Object.keys(LIBRARIES) },
    place: { label: "Place in full", type: "place", min: 0, max: 199 },
  },

  places: ({ size, kernel }) => ["place", 0, size + kernel - 2],

  compute({ size, kernel, mode, library, place }) {
    const refused = library === "torch" && mode === "valid" && kernel > size;
    const [startRule, start, lengthRule, length] = (PARTS[mode] ?? LIBRARIES[library].same)(size, kernel);
    return {
      start, length: refused ? 0 : length, rules: [startRule, lengthRule], refused,
      missing: library === "scipy.ndimage" && mode !== "same",
      full: size + kernel - 1,
      complete: [Math.min(size, kernel) - 1, Math.max(size, kernel) - 1], // all products are there from … to …
      reads: [Math.max(place - kernel + 1, 0), Math.min(place, size - 1)],
    };
  },

  sentence({ size, kernel, mode, library, place }, { start, length, rules, refused, missing, reads }) {
    const { call } = LIBRARIES[library], [from, to] = reads, index = place - start;
    const padding = { full: kernel - 1, same: "“same”", valid: 0 };
    const formula = (rule, value) => rule === String(value) ? rule : `${rule} = ${value}`;
    const part = `start = ${formula(rules[0], start)}, length = ${formula(rules[1], length)}, `
      + `full[${start} : ${start + length}]`;
    const says = refused ? `${call} refuses ${kernel} weights for ${size} numbers: no window fits`
      : missing ? `${call} has no “${mode}”, and this is cut from np.convolve: ${part}`
      : `${call}, ${library === "torch" ? `padding ${padding[mode]}` : mode}: ${part}`;
    return `${says}. Place ${place} of full reads ${from === to ? `x[${from}]` : `x[${from}] to x[${to}]`} and is `
      + (index >= 0 && index < length ? `number ${index} of the result.` : "left out.");
  },

  lists: (_, { start, length }) => ({ places: Array.from({ length }, (_, at) => start + at) }),

  code({ size, kernel, mode, library }, { start, length, missing }) {
    const padding = { full: "K - 1", same: '"same"', valid: "0" }[mode];
    const [also, part] = {
      numpy: ["", `np.convolve(x, h, "${mode}")`],
      "scipy.signal": ["from scipy import signal\n", `signal.convolve(x, h, "${mode}")`],
      "scipy.ndimage": missing ? ["", `full[${start}:${start + length}]  # ndimage has no mode "${mode}"`]
        : ["from scipy import ndimage\n", 'ndimage.convolve1d(x, h, mode="constant")'],
      torch: ["import convbook\n",
        `convbook.conv(x[None, None], h[None, None], padding=${padding})[0, 0]  # as conv1d`],
    }[library];
    return `import numpy as np
${also}
N, K = ${size}, ${kernel}
x, h = np.arange(1, N + 1), np.arange(1, K + 1)
full = np.convolve(x, ${library === "torch" ? "h[::-1])  # conv1d correlates" : "h)"}
part = ${part}
places = list(range(${start}, ${start + length}))  # of full
print(part.tolist())
print(full[${start}:${start + length}].tolist())
`;
  },
};

export default kind;
