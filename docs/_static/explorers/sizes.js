// The size of an output: how many windows fit, where they stand, and which cells none of them sees.

const up = (a, b) => Math.ceil(a / b);

const kind = {
  title: "Sizes",
  fields: {
    n: { label: "Input n", type: "whole", min: 1, max: 256 },
    kernel: { label: "Taps k", type: "whole", min: 1, max: 12 },
    stride: { label: "Stride s", type: "whole", min: 1, max: 256 },
    dilation: { label: "Dilation d", type: "whole", min: 1, max: 5 },
    before: { label: "Cells before", type: "whole", min: 0, max: 9 },
    after: { label: "Cells after", type: "whole", min: 0, max: 9 },
    rounding: { label: "Rounding", type: "choice", choices: ["down", "up"] },
    output: { label: "Output", type: "place", min: 0, max: 299 },
  },

  places: state => ["output", 0, Math.max(kind.size(state), 1) - 1],

  reach: ({ kernel, dilation }) => dilation * (kernel - 1) + 1,

  size(state) {
    const { n, stride, before, after, rounding } = state;
    const room = n + before + after - kind.reach(state);
    if (rounding === "down") return Math.max(Math.floor(room / stride) + 1, 0);
    // No window starts behind the input: it would see nothing of it.
    return Math.max(Math.min(up(room, stride) + 1, up(n + before, stride)), 0);
  },

  compute(state) {
    const { n, kernel, stride, dilation, before, after } = state;
    const size = kind.size(state), reach = kind.reach(state);
    const starts = Array.from({ length: size }, (_, place) => place * stride - before);
    const seen = Array(n).fill(0);
    for (const start of starts) {
      for (let tap = 0; tap < kernel; tap++) {
        const cell = start + tap * dilation;
        if (cell >= 0 && cell < n) seen[cell]++;
      }
    }
    const end = size ? starts[size - 1] + reach : -before;
    return { size, reach, starts, seen, left: Math.max(n + after - end, 0) };
  },

  formula(state) {
    const { n, kernel, stride, dilation, before, after, rounding } = state;
    const size = kind.size(state), reach = kind.reach(state);
    const room = `(${n} + ${before} + ${after} − ${reach}) / ${stride}`;
    const says = rounding === "down" ? `⌊${room}⌋ + 1`
      : `min(⌈${room}⌉ + 1, ⌈(${n} + ${before}) / ${stride}⌉)`;
    return [`reach = ${dilation}·(${kernel} − 1) + 1 = ${reach}`,
      size ? `outputs = ${says} = ${size}` : `no output: the window does not fit into ${n} + ${before} + ${after} cells`];
  },

  sentence(state, { size, starts, seen, left }) {
    const { output, kernel, dilation } = state;
    if (!size) return `${kind.formula(state).join("; ")}.`;
    const cells = Array.from({ length: kernel }, (_, tap) => starts[output] + tap * dilation);
    const unseen = seen.flatMap((count, cell) => count ? [] : [cell]);
    const some = unseen.slice(0, 24).join(", ") + (unseen.length > 24 ? ` and ${unseen.length - 24} more` : "");
    const cell = n => n === 1 ? "1 cell" : `${n} cells`;
    return `${kind.formula(state).join("; ")}. Output ${output} sees ${kernel === 1 ? "cell" : "cells"} `
      + `${cells.join(", ").replaceAll("-", "−")}; ${cell(left)} left over after the last window; `
      + (unseen.length ? `seen by none: ${some}.` : "every input cell is seen.");
  },

  lists: (_, { starts }) => ({ starts }),

  code(state) {
    const { n, kernel, stride, dilation, before, after, rounding } = state;
    return `import convbook

size = convbook.output_size(
    ${n}, ${kernel}, stride=${stride}, padding=[(${before}, ${after})],
    dilation=${dilation}, ceil_mode=${rounding === "up" ? "True" : "False"},
)  # a ValueError if no window fits
starts = [${stride} * i - ${before} for i in range(size)]
print(size, starts)
`;
  },
};

export default kind;
