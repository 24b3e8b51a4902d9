// A wave on a circle of 24 places: what a kernel makes of it, and what every s-th sample leaves.

import { show } from "./numbers.js";

const N = 24;
const cycles = count => count === 1 ? "1 cycle" : `${count} cycles`;

const kind = {
  title: "A kernel's response to waves",
  fields: {
    h: { label: "Kernel h", type: "list" },
    stride: { label: "Keep every s-th", type: "choice", choices: ["1", "2", "3", "4", "6", "8"] },
    k: { label: "Cycles k", type: "place", min: 0, max: N / 2 },
  },

  places: () => ["k", 0, N / 2],

  // H[k] of the convolution theorem: what the wave of k cycles is multiplied by.
  factor(h, k) {
    const turns = h.map((_, m) => 2 * Math.PI * ((k * m) % N) / N);
    const re = h.reduce((sum, weight, m) => sum + weight * Math.cos(turns[m]), 0);
    const im = h.reduce((sum, weight, m) => sum - weight * Math.sin(turns[m]), 0);
    const size = Math.hypot(re, im);
    return { size, late: size < 1e-9 ? 0 : -Math.atan2(im, re) };
  },

  compute({ h, stride, k }) {
    const factors = Array.from({ length: N / 2 + 1 }, (_, cycles) => kind.factor(h, cycles));
    const wave = (turns, late = 0) => Array.from({ length: N }, (_, n) => Math.cos(2 * Math.PI * turns * n / N - late));
    const y = wave(k, factors[k].late).map(value => factors[k].size * value);
    const left = N / Number(stride); // the places of the circle of what is kept
    return {
      sizes: factors.map(({ size }) => size), late: factors[k].late, x: wave(k), y,
      kept: y.filter((_, n) => n % Number(stride) === 0), alias: Math.min(k % left, left - k % left),
    };
  },

  sentence({ stride, k }, { sizes, late, kept, alias }) {
    const degrees = Math.round(late * 180 / Math.PI);
    const when = degrees ? `, ${Math.abs(degrees)}° ${degrees > 0 ? "late" : "early"}` : "";
    const comes = sizes[k] < 1e-9 ? "comes out as zeros" : `comes out times ${show(Number(sizes[k].toFixed(3)))}${when}`;
    const looks = alias === k ? `still looks like ${cycles(k)}` : `looks like ${cycles(alias)}`;
    const left = stride === "1" ? "" : `; on the ${kept.length} places that are kept it ${looks}`;
    return `The wave of ${cycles(k)} ${comes}${left}.`;
  },

  code({ h, stride, k }) {
    return `import numpy as np

h = [${h.join(", ")}]
n, k = np.arange(${N}), ${k}
H = np.fft.fft(h, ${N})[k]
wave = np.cos(2 * np.pi * k * n / ${N})
y = np.fft.ifft(np.fft.fft(h, ${N}) * np.fft.fft(wave)).real
kept = y[::${stride}]
print("times", abs(H).round(3), "turned by", np.angle(H, deg=True).round(), "degrees")
print(kept.round(3).tolist())
`;
  },
};

export default kind;
