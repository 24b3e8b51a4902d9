// What a border rule costs: means over a part of a signal, against the means over all of it.

import { asArguments, cellAt, SOURCES } from "./borders.js";
import { show, sum } from "./numbers.js";

const kind = {
  title: "A border rule against the truth",
  fields: {
    truth: { label: "True signal", type: "list" },
    before: { label: "Cells not seen before", type: "whole", min: 0, max: 23 },
    after: { label: "Cells not seen after", type: "whole", min: 0, max: 23 },
    rule: { label: "Rule", type: "choice", choices: Object.keys(SOURCES) },
    value: { label: "Constant", type: "whole", min: -999, max: 999 },
    taps: { label: "Mean over cells", type: "whole", min: 1, max: 7 },
    place: { label: "Output", type: "place", min: 0, max: 23 },
  },

  // One cell at least is seen.
  follow(state) {
    const before = Math.min(state.before, state.truth.length - 1);
    return { ...state, before, after: Math.min(state.after, state.truth.length - 1 - before) };
  },

  places: ({ truth, before, after }) => ["place", 0, truth.length - before - after - 1],

  compute({ truth, before, after, rule, value, taps }) {
    const x = truth.slice(before, truth.length - after), left = (taps - 1) >> 1;
    const guess = cell => cellAt(x, rule, value, cell);
    const outputs = x.map((_, n) => {
      const cells = Array.from({ length: taps }, (_, m) => n - left + m);
      const guessed = cells.map(guess), was = cells.map(cell => truth[cell + before] ?? null);
      const [y, truly] = [sum(guessed) / taps, was.includes(null) ? null : sum(was) / taps];
      return { cells, guessed, was, y, truly, error: truly === null ? null : y - truly };
    });
    const errors = outputs.map(({ error }) => error).filter(error => error !== null).map(Math.abs);
    const around = Array.from({ length: taps - 1 }, (_, m) => m < left ? m - left : x.length + m - left);
    return {
      x, left, outputs, around: around.map(cell => [cell, guess(cell)]),
      mean: errors.length ? sum(errors) / errors.length : null, known: errors.length,
    };
  },

  sentence({ rule, taps, place }, { x, outputs, mean, known }) {
    const { cells, guessed, was, y, truly, error } = outputs[place];
    const plus = values => values.map(value => value < 0 ? `(${show(value)})` : show(value)).join(" + ");
    const outer = cells.flatMap((cell, m) => cell < 0 || cell >= x.length ? [m] : []);
    const list = values => outer.map(m => show(values[m])).join(", ");
    const says = !outer.length ? "sees no cell outside"
      : error === null ? `${rule} guesses ${list(guessed)} outside, and what was there is not known`
      : `${rule} guesses ${list(guessed)} outside, where ${list(was)} was; `
        + `(${plus(was)})/${taps} = ${show(truly)} is true: off by ${show(error)}`;
    const all = known ? `mean |error| ${show(mean)} over ${known} of ${x.length} outputs` : "no true output is known";
    return `y[${place}] = (${plus(guessed)})/${taps} = ${show(y)}: ${says}; ${all}`;
  },

  code({ truth, before, after, rule, value, taps }, { left }) {
    return `import numpy as np

import convbook

truth = np.array([${truth.join(", ")}], float)  # also what was not recorded
x = truth[${before} : ${truth.length - after}]
taps, left, right = ${taps}, ${left}, ${taps - 1 - left}  # a mean sees so many cells before and after its own
padded = convbook.pad(x, (left, right), ${asArguments(rule, value)})
y = convbook.correlate(padded, np.ones(taps), mode="valid") / taps

known = np.pad(truth, (left, right), constant_values=np.nan)
windows = np.lib.stride_tricks.sliding_window_view(known, taps)
true = windows[${before} : ${before} + len(x)].sum(axis=1) / taps
error = (y - true)[~np.isnan(true)]
print("errors", error.tolist())
if len(error):
    print("mean |error|", np.abs(error).mean())
`;
  },
};

export default kind;
