// A kernel as a sum of columns times rows: its best approximation of a rank, and what that saves.

import { show, sum } from "./numbers.js";
import { array } from "./pictures.js";

const dot = (a, b) => sum(a.map((value, at) => value * b[at]));
const transposed = rows => rows[0].map((_, column) => rows.map(row => row[column]));

// Terms column times row by falling size, whose sum is the table: the singular value decomposition by one-sided Jacobi
// rotations. Columns of the table are turned, two at a time, until all are perpendicular; the same turns, of the unit
// vectors, are the rows. The lengths of the columns are then the singular values.
export function terms(matrix) {
  if (matrix.length < matrix[0].length) {
    return terms(transposed(matrix)).map(({ size, column, row }) => ({ size, column: row, row: column }));
  }
  const columns = transposed(matrix), count = columns.length;
  const rows = columns.map((_, at) => columns.map((_, other) => Number(at === other)));
  const turn = (vectors, p, q, c, s) => {
    const [first, second] = [vectors[p], vectors[q]];
    vectors[p] = first.map((value, at) => c * value - s * second[at]);
    vectors[q] = second.map((value, at) => s * first[at] + c * value);
  };
  for (let turned = true, sweep = 0; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < count; p++) {
      for (let q = p + 1; q < count; q++) {
        const a = dot(columns[p], columns[p]), b = dot(columns[q], columns[q]), both = dot(columns[p], columns[q]);
        if (Math.abs(both) <= 1e-15 * Math.sqrt(a * b)) continue;
        turned = true;
        const half = (b - a) / (2 * both);
        const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.hypot(1, half));
        const cosine = 1 / Math.hypot(1, tangent);
        turn(columns, p, q, cosine, cosine * tangent);
        turn(rows, p, q, cosine, cosine * tangent);
      }
    }
  }
  const found = columns.map((column, at) => ({ size: Math.hypot(...column), column, row: rows[at] }));
  return found.sort((first, second) => second.size - first.size);
}

const kind = {
  title: "Ranks",
  fields: {
    kernel: { label: "Kernel", type: "table" },
    rank: { label: "Rank", type: "place", min: 1, max: 12 },
  },

  places: ({ kernel }) => ["rank", 1, Math.min(kernel.length, kernel[0].length)],

  compute({ kernel, rank }) {
    const [K, L] = [kernel.length, kernel[0].length], found = terms(kernel);
    const smallest = found[0].size * Math.max(K, L) * 2 ** -52; // below it there is only rounding
    const sizes = found.map(({ size }) => size > smallest ? size : 0);
    const kept = found.slice(0, rank).filter((_, at) => sizes[at]);
    const near = kernel.map((row, a) => row.map((_, b) => sum(kept.map(term => term.column[a] * term.row[b]))));
    const left = kernel.map((row, a) => row.map((weight, b) => weight - near[a][b]));
    return {
      sizes, near, left, exact: sizes.filter(Boolean).length,
      error: Math.hypot(...sizes.slice(rank)), norm: Math.hypot(...sizes),
      cost: rank * (K + L), direct: K * L,
    };
  },

  sentence({ kernel, rank }, { sizes, exact, error, norm, cost, direct }) {
    const [K, L] = [kernel.length, kernel[0].length], lost = sizes.slice(rank).filter(Boolean);
    const missing = lost.length
      ? `what is left has the norm √(${lost.map(size => `${show(size)}²`).join(" + ")}) = ${show(error)}, `
        + `${show(100 * error / norm)} % of the kernel's`
      : `exactly the kernel, whose own rank is ${exact}`;
    return `rank ${rank}: ${missing}; ${rank}·(${K} + ${L}) = ${cost} multiplications for an output `
      + `instead of ${K}·${L} = ${direct}`;
  },

  code({ kernel, rank }) {
    return `import numpy as np

${array("kernel", kernel)}
columns, sizes, rows = np.linalg.svd(kernel)
near = columns[:, :${rank}] * sizes[:${rank}] @ rows[:${rank}]
print(near.round(3))
error = np.linalg.norm(kernel - near)
print("left:", error, "of", np.linalg.norm(kernel))
print("multiplications:", ${rank} * sum(near.shape), "instead of", near.size)
`;
  },
};

export default kind;
