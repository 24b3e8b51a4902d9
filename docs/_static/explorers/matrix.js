// A convolution as a matrix: each row is the kernel backwards, at its place over the signal.

import { products, show } from "./numbers.js";

const kind = {
  title: "The matrix of a kernel",
  fields: {
    x: { label: "Signal x", type: "list" },
    h: { label: "Kernel h", type: "list" },
    form: { label: "Form", type: "choice", choices: ["full", "same", "valid", "circle"] },
    row: { label: "Row", type: "place", min: 0, max: 99 },
  },

  // The row of "full" with which each form begins, and how many it has; a circle has one for each place.
  rows({ x: { length: N }, h: { length: K }, form }) {
    return {
      full: [0, N + K - 1], same: [(K - 1) >> 1, N], valid: [Math.min(N, K) - 1, Math.abs(N - K) + 1], circle: [0, N],
    }[form];
  },

  places: state => ["row", 0, kind.rows(state)[1] - 1],

  compute(state) {
    const { x, h, form, row } = state, [start, count] = kind.rows(state);
    // The places of the kernel that belong into a cell: on a circle those that are whole turns apart.
    const taps = (i, j) => h.map((_, place) => place).filter(place =>
      form === "circle" ? (place - i + j) % x.length === 0 : place === start + i - j);
    const cells = Array.from({ length: count }, (_, i) => x.map((_, j) => taps(i, j)));
    const matrix = cells.map(line => line.map(places => places.reduce((sum, place) => sum + h[place], 0)));
    const reads = x.flatMap((_, j) => cells[row][j].length ? [j] : []);
    return {
      matrix, reads, inside: cells.map(line => line.map(places => places.length > 0)),
      y: matrix.map(line => line.reduce((sum, weight, j) => sum + weight * x[j], 0)),
    };
  },

  sentence({ x, row }, { matrix, reads, y }) {
    const sum = products(reads.map(j => [matrix[row][j], x[j]]));
    return `row ${row} reads place${reads.length > 1 ? "s" : ""} ${reads.join(", ")}: y[${row}] = ${sum} = ${show(y[row])}`;
  },

  code({ x, h, form, row }) {
    const [name, rest] = form === "circle" ? ["circulant", ""] : ["toeplitz", `, "${form}"`];
    return `from convbook.matrices import ${name}

x = [${x.join(", ")}]
h = [${h.join(", ")}]
matrix = ${name}(h, len(x)${rest})
y = matrix @ x
print(matrix)
print(y.tolist())
print("row ${row}:", matrix[${row}].tolist(), "gives", y[${row}])
`;
  },
};

export default kind;
