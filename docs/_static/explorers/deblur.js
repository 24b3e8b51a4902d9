// A signal on a circle is blurred and disturbed, and divided back: λ says how much is given up.

import { modulo, show } from "./numbers.js";

const LEAST = -24, MOST = 8; // λ is 10 to the quarter of these
const digits = value => show(Math.abs(value) < 1e-6 ? 0 : Number(value.toPrecision(3)));

const kind = {
  title: "Divide by a blur",
  fields: {
    x: { label: "Signal x", type: "list" },
    h: { label: "Kernel h", type: "list" },
    e: { label: "Noise ε", type: "list" },
    p: { label: "log₁₀ λ, in quarters", type: "place", min: LEAST, max: MOST },
  },

  places: () => ["p", LEAST, MOST],

  // Sums and differences of the circle's waves: their real and imaginary parts.
  transform: values => values.map((_, k) => values.reduce(([re, im], value, n) => {
    const turn = 2 * Math.PI * ((k * n) % values.length) / values.length;
    return [re + value * Math.cos(turn), im - value * Math.sin(turn)];
  }, [0, 0])),

  // The real signal with this transform.
  back: waves => waves.map((_, n) => waves.reduce((sum, [re, im], k) => {
    const turn = 2 * Math.PI * ((k * n) % waves.length) / waves.length;
    return sum + re * Math.cos(turn) - im * Math.sin(turn);
  }, 0) / waves.length),

  compute({ x, h, e, p }) {
    const size = x.length, middle = h.length >> 1;
    const placed = Array(size).fill(0); // the kernel's middle at place 0; what is longer than the circle goes around
    h.forEach((weight, m) => { placed[modulo(m - middle, size)] += weight; });
    const y = x.map((_, n) =>
      placed.reduce((sum, weight, m) => sum + weight * x[(n - m + size) % size], 0) + e[n % e.length]);
    const H = kind.transform(placed), Y = kind.transform(y);
    const power = H.map(([re, im]) => re * re + im * im);
    const at = weight => kind.back(H.map(([a, b], k) => {
      const [c, d] = Y[k], below = power[k] + weight;
      return [(a * c + b * d) / below, (a * d - b * c) / below];
    }));
    const off = z => Math.hypot(...z.map((value, n) => value - x[n]));
    const weights = Array.from({ length: MOST - LEAST + 1 }, (_, n) => 10 ** ((LEAST + n) / 4));
    const weight = 10 ** (p / 4), z = at(weight), kept = power.map(value => value / (value + weight));
    return { y, z, weights, errors: weights.map(one => off(at(one))), error: off(z), blurred: off(y), kept };
  },

  sentence({ p }, { errors, weights, error, blurred, kept }) {
    const best = weights[errors.indexOf(Math.min(...errors))];
    return `λ = ${show(Number((10 ** (p / 4)).toPrecision(3)))}: of each wave ${digits(Math.min(...kept))} to ${digits(Math.max(...kept))} is kept; `
      + `z is off by ${digits(error)}, the recording y by ${digits(blurred)}; the best λ here is ${digits(best)}.`;
  },

  code({ x, h, e, p }) {
    return `import numpy as np

x = np.array([${x.join(", ")}], float)
h = np.array([${h.join(", ")}], float)
noise = np.resize([${e.join(", ")}], len(x))
kernel = np.zeros(len(x))
np.add.at(kernel, (np.arange(len(h)) - len(h) // 2) % len(x), h)  # its middle at place 0
H = np.fft.fft(kernel)
y = np.fft.ifft(H * np.fft.fft(x)).real + noise
weight = 10 ** (${p} / 4)  # this is λ
z = np.fft.ifft(H.conj() * np.fft.fft(y) / (abs(H) ** 2 + weight)).real
print(z.round(3).tolist())
print("off by", np.linalg.norm(z - x).round(3))
`;
  },
};

export default kind;
