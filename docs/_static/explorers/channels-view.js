import { cell, note, picture } from "./drawing.js";

// The table of planes: a column for each input channel, a row for each output channel, and their numbers of weights.
export default function draw({ inputs, outputs, kernel, output }, { seen }, label) {
  const top = 1.1, right = inputs + 0.3;
  const parts = [note(right + 1.2, 0, "channels in"), note(right + 1.2, top + 0.3, "channels out")];
  for (let channel = 0; channel < inputs; channel++) {
    parts.push(cell(channel, 0, channel, seen[output].includes(channel) ? "signal source" : "unseen"));
  }
  for (let row = 0; row < outputs; row++) {
    const chosen = row === output ? " chosen" : "", at = top + 0.3 + row;
    for (let channel = 0; channel < inputs; channel++) {
      const sees = seen[row].includes(channel);
      parts.push(cell(channel, at, sees ? kernel * kernel : "", sees ? `kernel${chosen}` : "outside", row));
    }
    parts.push(cell(right, at, row, `output${chosen}`, row));
  }
  return picture(right + 4.4, top + outputs + 0.5, label, parts);
}
