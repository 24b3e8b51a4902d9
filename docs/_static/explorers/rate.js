// Gradient descent on a kernel of two weights that should become 1, −1: the rate decides for each of the two directions
// by which factor a step multiplies its error.

import { show } from "./numbers.js";

const LARGEST = 1e300; // a loss beyond it is not counted any more
const CLOSE = 1e-9; // what rounding may do to a factor, or to an error that is 0

const kind = {
  title: "Learning rates",
  fields: {
    x: { label: "A row of the picture", type: "list" },
    rows: { label: "Rows", type: "whole", min: 1, max: 12 },
    first: { label: "First weight", type: "real", min: -100, max: 100 },
    second: { label: "Second weight", type: "real", min: -100, max: 100 },
    steps: { label: "Steps", type: "whole", min: 1, max: 40 },
    rate: { label: "Rate η, in thousandths", type: "place", min: 0, max: 100 },
  },

  places: () => ["rate", 0, 100],

  // The curvature H = 2 AᵀA of the loss, for the table A of all windows; then its eigenvalues, the larger one first.
  compute({ x, rows, first, second, steps, rate }) {
    const sum = of => 2 * rows * x.slice(1).reduce((total, right, at) => total + of(x[at], right), 0);
    const left = sum((a, _) => a * a), both = sum((a, b) => a * b), right = sum((_, b) => b * b);
    const steep = (left + right) / 2 + Math.hypot((left - right) / 2, both);
    const flat = steep ? Math.max(left * right - both * both, 0) / steep : 0;
    const along = left >= right ? [steep - right, both] : [both, steep - left]; // the direction of the larger one
    const length = Math.hypot(...along), [u, v] = length ? along.map(part => part / length) : [1, 0];
    const error = [first - 1, second + 1];
    const parts = [u * error[0] + v * error[1], u * error[1] - v * error[0]]
      .map(part => Math.abs(part) > CLOSE * Math.hypot(...error) ? part : 0);
    const eigenvalues = [steep, flat], factors = eigenvalues.map(value => 1 - rate / 1000 * value);
    const modes = [[], []], losses = [];
    for (let step = 0; step <= steps; step++) {
      const [a, b] = [0, 1].map(mode => eigenvalues[mode] * (parts[mode] * factors[mode] ** step) ** 2 / 2);
      if (!(a + b <= LARGEST)) break;
      modes[0].push(a);
      modes[1].push(b);
      losses.push(a + b);
    }
    return { eigenvalues, factors, parts, modes, losses };
  },

  verdict({ rate }, { eigenvalues: [steep, flat], factors, parts }) {
    if (!steep) return "no window sees anything but 0, so no rate changes anything";
    if (!rate) return "a rate of 0 changes nothing";
    if (!parts[0] && !parts[1]) return "the weights are right from the start";
    const limit = `2 / ${show(steep)} = ${show(2 / steep)}`, eta = show(rate / 1000);
    const grows = factors.map(factor => Math.abs(factor) > 1 + CLOSE);
    if (grows.some((growing, mode) => growing && parts[mode])) return `it explodes, for ${eta} lies above ${limit}`;
    if (grows[0]) return `${eta} lies above ${limit}, but the start has no error that grows`;
    if (factors[0] < CLOSE - 1) return `${eta} is ${limit}, where a steep error changes its sign and stays as large`;
    return `${eta} lies below ${limit}`
      + (flat ? ", so both errors go to 0" : ": a steep error goes to 0, and a flat one stays, for no window sees it");
  },

  sentence(state, result) {
    const { rate } = state, { eigenvalues, factors, losses } = result, last = losses.length - 1;
    const says = ["steep", "flat"].map((name, mode) =>
      `${name}: 1 − ${show(rate / 1000)}·${show(eigenvalues[mode])} = ${show(factors[mode])}`);
    const count = last === 1 ? "1 step" : `${last} steps`;
    return `${says.join("; ")}. In ${count} the loss goes from ${show(losses[0])} to ${show(losses[last])}: `
      + `${kind.verdict(state, result)}.`;
  },

  code({ x, rows, first, second, steps, rate }) {
    return `import numpy as np

picture = np.tile([${x.join(", ")}], (${rows}, 1))
windows = np.stack([picture[:, :-1].ravel(), picture[:, 1:].ravel()], axis=1)
hessian = 2 * windows.T @ windows
error = np.array([${first}, ${second}]) - [1, -1]  # the weights, less what they should be
losses = []
for _ in range(${steps + 1}):
    losses.append(error @ hessian @ error / 2)
    error = error - ${rate / 1000} * hessian @ error
factors = 1 - ${rate / 1000} * np.linalg.eigvalsh(hessian)[::-1]
print("factors", factors)
print("losses", losses)
`;
  },
};

export default kind;
