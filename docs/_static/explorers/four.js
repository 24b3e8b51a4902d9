// One output of a convolution in four pictures: an anti-diagonal, a window, a column of copies, a power of t.

import { products, show } from "./numbers.js";

const power = n => n < 2 ? "t".repeat(n) : `t${String(n).replace(/\d/g, digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])}`;

// A term as in a polynomial, without a 1 before t.
const term = (value, n) => {
  if (!n || !value) return show(value);
  return (Math.abs(value) === 1 ? show(value).replace("1", "") : show(value)) + power(n);
};

const kind = {
  title: "Four pictures of one sum",
  fields: {
    x: { label: "Signal x", type: "list" },
    h: { label: "Kernel h", type: "list" },
    n: { label: "Place n", type: "place", min: 0, max: 99 },
  },

  places: ({ x, h }) => ["n", 0, x.length + h.length - 2],

  compute({ x, h, n }) {
    const table = x.map(a => h.map(b => a * b));
    const y = Array(x.length + h.length - 1).fill(0);
    table.forEach((row, i) => row.forEach((value, j) => { y[i + j] += value; }));
    const pairs = x.flatMap((value, k) => h[n - k] === undefined ? [] : [[value, h[n - k]]]);
    return { table, y, pairs, terms: [x, h, y].map(values => values.map(term)) };
  },

  sentence({ n }, { pairs, y, terms }) {
    const which = n ? `the term with ${power(n)}` : "the constant term";
    return `y[${n}] = ${products(pairs)} = ${show(y[n])}: the products with i + j = ${n}; ${which} is ${terms[2][n]}`;
  },

  lists: (_, { y }) => ({ y }),

  code({ x, h, n }) {
    return `import numpy as np

x = np.array([${x.join(", ")}])
h = np.array([${h.join(", ")}])
n = ${n}

table = np.outer(x, h)
diagonal = sum(table[i, n - i] for i in range(len(x)) if 0 <= n - i < len(h))

window = np.pad(x, len(h) - 1)[n : n + len(h)] @ h[::-1]

copies = np.zeros((len(x), len(x) + len(h) - 1))
for k in range(len(x)):
    copies[k, k : k + len(h)] = x[k] * h
column = copies[:, n].sum()

product = np.polynomial.polynomial.polymul(x, h)
coefficient = product[n : n + 1].sum()  # zeros at the end are dropped
print(diagonal, window, column, coefficient)

y = np.convolve(x, h)  # all of them
print(y.tolist())
`;
  },
};

export default kind;
