import { cell, frame, note, picture } from "./drawing.js";
import { brief, show } from "./numbers.js";

// The true signal with what was not seen, the guesses around what was seen, and below them both means and their difference.
export default function draw({ truth, before, taps, place }, { x, left, outputs, around }, label) {
  const first = 3.4, reach = Math.max(before, left), after = Math.max(truth.length - before - x.length, taps - 1 - left);
  const column = at => first + reach + at, rows = { true: 0, guessed: 1.1, mean: 2.6, truly: 3.7, error: 4.8 };
  const parts = [["true signal", rows.true], ["guessed", rows.guessed], ["mean", rows.mean], ["true mean", rows.truly],
    ["error", rows.error]].map(([words, row]) => note(0, row, words));
  truth.forEach((value, at) => {
    const seen = at >= before && at < before + x.length;
    parts.push(cell(column(at - before), rows.true, show(value), seen ? "signal" : "outside"));
  });
  for (const [at, value] of around) parts.push(cell(column(at), rows.guessed, show(value), "kernel"));
  outputs.forEach(({ y, truly, error }, at) => {
    const chosen = at === place ? " chosen" : "";
    parts.push(cell(column(at), rows.mean, brief(y), `output${chosen}`, at));
    parts.push(cell(column(at), rows.truly, truly === null ? "?" : brief(truly), `outside${chosen}`, at));
    parts.push(cell(column(at), rows.error, error === null ? "?" : brief(error), `product${chosen}`, at));
  });
  parts.push(frame(column(place - left), rows.true, taps, 2.1));
  return picture(column(x.length + after), 5.9, label, parts);
}
