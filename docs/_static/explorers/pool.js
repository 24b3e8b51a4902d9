// What a shift does to pooling: the maximum, the mean, and the maximum that is blurred before numbers are dropped.

import { modulo, products, show, sum, sumOfProducts } from "./numbers.js";

const plus = values =>
  values.map((value, at) => at ? `${value < 0 ? "−" : "+"} ${show(Math.abs(value))}` : show(value)).join(" ");
export const WAYS = { maximum: "maximum", mean: "mean", blurred: "max, blur, drop" };

// Signal, windows and blur wrap around. Output n sees the window that begins at cell n·stride.
function pooled(x, window, stride) {
  const at = (values, n) => values[modulo(n, values.length)];
  const windows = x.map((_, n) => Array.from({ length: window }, (_, m) => at(x, n + m)));
  const dense = windows.map(cells => Math.max(...cells)); // the maximum at every place
  const starts = x.map((_, n) => n).filter(n => n % stride === 0);
  const blurs = starts.map(n => [[1, at(dense, n - 1)], [2, dense[n]], [1, at(dense, n + 1)]]);
  return {
    windows: starts.map(n => windows[n]),
    blurs,
    maximum: starts.map(n => dense[n]),
    mean: starts.map(n => sum(windows[n]) / window),
    blurred: blurs.map(pairs => sumOfProducts(pairs) / 4),
  };
}

const kind = {
  title: "Pooling and a shift",
  fields: {
    x: { label: "Signal", type: "list" },
    window: { label: "Window", type: "whole", min: 1, max: 6 },
    stride: { label: "Stride", type: "whole", min: 1, max: 6 },
    shift: { label: "Shift", type: "whole", min: -12, max: 12 },
    place: { label: "Output", type: "place", min: 0, max: 23 },
  },

  places: ({ x, stride }) => ["place", 0, Math.ceil(x.length / stride) - 1],

  compute({ x, window, stride, shift }) {
    const shifted = x.map((_, n) => x[modulo(n - shift, x.length)]);
    const before = pooled(x, window, stride), after = pooled(shifted, window, stride);
    const small = 1e-9 * Math.max(...x.map(Math.abs)); // a rounding is no change
    const changes = Object.fromEntries(Object.keys(WAYS).map(way => {
      const by = before[way].map((value, n) => Math.abs(after[way][n] - value)).map(value => value > small ? value : 0);
      return [way, { count: by.filter(Boolean).length, most: Math.max(...by) }];
    }));
    return { shifted, before, after, changes };
  },

  sentence({ window, shift, place }, { before, after, changes }) {
    const says = ({ windows, blurs, maximum, mean, blurred }) =>
      `max(${windows[place].map(show).join(", ")}) = ${show(maximum[place])}, `
      + `mean (${plus(windows[place])})/${window} = ${show(mean[place])}, `
      + `blurred (${products(blurs[place])})/4 = ${show(blurred[place])}`;
    const changed = Object.entries(WAYS).map(([way, words]) => {
      const { count, most } = changes[way];
      return `${words} ${count} of ${before[way].length}${count ? `, by up to ${show(most)}` : ""}`;
    });
    return `Output ${place}: ${says(before)}; shifted by ${show(shift)}: ${says(after)}. `
      + `Outputs that change: ${changed.join("; ")}.`;
  },

  code({ x, window, stride, shift }) {
    return `import numpy as np

x = np.array([${x.join(", ")}])


def pooled(x):
    windows = np.array([np.roll(x, -m) for m in range(${window})])
    dense = windows.max(axis=0)
    blurred = (np.roll(dense, 1) + 2 * dense + np.roll(dense, -1)) / 4
    ways = {"maximum": dense, "mean": windows.mean(axis=0), "max, blur, drop": blurred}
    return {name: way[::${stride}] for name, way in ways.items()}


before, after = pooled(x), pooled(np.roll(x, ${shift}))
for name in before:
    print(name, before[name].tolist(), "then", after[name].tolist())
`;
  },
};

export default kind;
