import { cell, line, note, picture } from "./drawing.js";

// A table with a row for each layer; below it the ways from one output of the chosen layer down to the input, its
// field, and in red that of the next output.
export default function draw({ layers, n, layer }, { fields, nodes }, label) {
  const places = [0, 2, 6, 9.5];
  const parts = ["layer", "field", "jump", "outputs"].map((words, at) => note(places[at], 0, words));
  fields.forEach(({ size, jump, outputs }, at) => {
    parts.push(at ? cell(0, at + 1, at, at === layer ? "output chosen" : "output", at) : note(0, 1, "input"));
    [size, jump, outputs].forEach((value, column) => parts.push(note(places[column + 1], at + 1, value, "value")));
  });
  const top = fields.length + 1.6;
  if (!nodes.length) return picture(13, top, label, parts);
  const { size, jump } = fields[layer], columns = Math.max(size, Math.min(n, 64)), left = 0.2;
  const row = at => top + 1.7 * (layer - at);
  const column = (at, node) => left + (fields[at].size - 1) / 2 + node * fields[at].jump; // the middle of its field
  const boxes = Array.from({ length: columns }, (_, at) =>
    cell(left + at, row(0), at, at >= n ? "outside" : nodes[0].includes(at) ? "signal" : "unseen"));
  for (let at = layer; at > 0; at--) {
    const [taps, stride, dilation] = layers[at - 1];
    for (const node of nodes[at]) {
      for (let tap = 0; tap < taps; tap++) {
        const below = column(at - 1, node * stride + tap * dilation);
        parts.push(line([[column(at, node) + 0.5, row(at) + 0.5], [below + 0.5, row(at - 1) + 0.5]], "axis"));
      }
      boxes.push(cell(column(at, node), row(at), node, at === layer ? "output chosen" : "product", at));
    }
  }
  [[0, 0, "way"], [1, jump, ""]].forEach(([output, start, color]) => {
    if (start >= columns) return;
    const [from, to] = [start, start + size].map(at => left + Math.min(at, columns));
    const height = row(0) + 1.5 + 0.7 * output;
    boxes.push(line([[from, height], [to, height]], color), note(to + 0.2, height - 0.5, `output ${output}`));
  });
  return picture(Math.max(left + columns + 2.6, 13), row(0) + 2.7, label, [...parts, ...boxes]);
}
