import { axes, bar, note, picture } from "./drawing.js";
import { whole } from "./numbers.js";

// For each layer its number of weights, whole, and a bar on a logarithmic axis.
export default function draw({ layer }, { names, counts }, label) {
  const left = 0.3, width = 12, rows = 2 * counts.length;
  const most = Math.max(3, Math.ceil(Math.log10(Math.max(...counts)))); // powers of ten
  const powers = Array.from({ length: Math.floor(most / 3) + 1 }, (_, power) => 3 * power);
  const { at, parts } = axes({
    left, top: 0, width, height: rows, x: [0, most], y: [0, 1], xticks: powers, yticks: [], xlabel: "weights",
    digits: power => power ? `10${[...String(power)].map(digit => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}` : "1",
  });
  counts.forEach((count, place) => {
    const chosen = place === layer ? " chosen" : "";
    parts.push(note(left + 0.2, 2 * place, `${names[place]}: ${whole(count)}`));
    const end = Math.max(at(Math.log10(count), 0)[0], left + 0.12); // 1 weight has a bar
    parts.push(bar([left, 2 * place + 0.9], [end, 2 * place + 1.7], `window${chosen}`, { "data-place": place }));
  });
  return picture(left + width + 0.7, rows + 2, label, parts);
}
