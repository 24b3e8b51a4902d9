// Two ways around a square: shift and then operate, or operate and then shift.

import { modulo, show } from "./numbers.js";

const WEIGHTS = { "left edges": [-1, 1], "sum of three": [1, 1, 1] };
const PAIRS = { "maximum of pairs": Math.max, "mean of pairs": (a, b) => (a + b) / 2 };
const BORDERS = { "on a circle": "wrap", zeros: "constant" };

// The number at a place of a row, which may lie outside of it.
function at(row, place, border) {
  if (border === "on a circle") return row[modulo(place, row.length)];
  return row[place] ?? 0;
}

const kind = {
  title: "Two ways around a square",
  fields: {
    x: { label: "Picture x", type: "table" },
    operator: { label: "Operator T", type: "choice", choices: [...Object.keys(WEIGHTS), ...Object.keys(PAIRS), "times its column"] },
    border: { label: "Border", type: "choice", choices: Object.keys(BORDERS) },
    places: { label: "Shift S", type: "place", min: -12, max: 12 },
  },

  places: ({ x: [{ length }] }) => ["places", -length, length],

  moved: (x, places, border) => x.map(row => row.map((_, column) => at(row, column - places, border))),

  operate(x, operator, border) {
    if (operator in WEIGHTS) {
      return x.map(row => row.map((_, column) =>
        WEIGHTS[operator].reduce((sum, weight, m) => sum + weight * at(row, column + m - 1, border), 0)));
    }
    if (operator in PAIRS) {
      return x.map(row => Array.from({ length: row.length >> 1 }, (_, pair) =>
        PAIRS[operator](row[2 * pair], row[2 * pair + 1])));
    }
    return x.map(row => row.map((value, column) => value * column));
  },

  // A stride of 2 leaves half as many places: the output moves by half as many, rounded down.
  steps: ({ operator, places }) => operator in PAIRS ? Math.floor(places / 2) : places,

  compute(state) {
    const { x, operator, border, places } = state;
    const sx = kind.moved(x, places, border), tx = kind.operate(x, operator, border);
    const tsx = kind.operate(sx, operator, border), stx = kind.moved(tx, kind.steps(state), border);
    const difference = tsx.map((row, r) => row.map((value, column) => value - stx[r][column]));
    return { sx, tx, tsx, stx, difference };
  },

  sentence(state, { difference }) {
    const { operator, places } = state;
    const flat = difference.flat(), wrong = flat.filter(value => value !== 0).length;
    const half = operator in PAIRS && places % 2 !== 0;
    const most = show(Math.max(0, ...flat.map(Math.abs)));
    const steps = operator in PAIRS ? ` The output was moved by ${show(kind.steps(state))}`
      + (half ? `, for it has no place for half of ${show(places)}.` : `, half of ${show(places)}.`) : "";
    return (wrong ? `T(Sx) and S(Tx) differ in ${wrong} of ${flat.length} cells, by up to ${most}.`
      : `T(Sx) and S(Tx) agree in all ${flat.length} cells.`) + steps;
  },

  code(state) {
    const { x, operator, border, places } = state;
    const boundary = BORDERS[border];
    const body = operator in WEIGHTS
      ? `convbook.correlate(x, [[${WEIGHTS[operator].join(", ")}]], mode="same", boundary="${boundary}")`
      : operator in PAIRS ? `convbook.${operator.startsWith("max") ? "max" : "avg"}_pool(x[None, None], (1, 2))[0, 0]`
        : "x * np.arange(x.shape[1])";
    return `import numpy as np

import convbook

x = np.array([
${x.map(row => `    [${row.join(", ")}],`).join("\n")}
], dtype=float)


def T(x):
    return ${body}


def S(x, places):
    far = abs(places)
    padded = convbook.pad(x, ((0, 0), (far, far)), "${boundary}")
    return padded[:, far - places :][:, : x.shape[1]]


difference = T(S(x, ${places})) - S(T(x), ${kind.steps(state)})
print(difference)
`;
  },
};

export default kind;
