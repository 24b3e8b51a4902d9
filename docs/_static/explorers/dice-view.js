import { axes, bar, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The ways to each total as bars, with the bell curve of their mean and variance, and below them each convolution.
export default function draw({ count, sides, total }, { ways, bell, steps }, label) {
  const columns = 12, plot = { left: 0.5, top: 1.2, width: columns - 1, height: 5 };
  const last = count * sides, every = Math.ceil((last - count + 1) / 9), most = Math.max(...ways, ...bell);
  const { at, parts } = axes({
    ...plot, x: [count - 0.5, last + 0.5], y: [0, most], yticks: [], xlabel: "total",
    xticks: ways.map((_, place) => count + place).filter((_, place) => place % every === 0),
  });
  const width = plot.width / ways.length, reaches = [];
  ways.forEach((number, place) => {
    const here = count + place, [middle, top] = at(here, number);
    const box = (half, high) => [[middle - half * width, high], [middle + half * width, plot.top + plot.height]];
    parts.push(bar(...box(0.4, top), here === total ? "output chosen" : "output"));
    reaches.push(bar(...box(0.5, plot.top), "pick", { "data-place": here })); // what is clicked is as high as the plot
    if (here === total) parts.push(note(middle, at(here, Math.max(number, bell[place]))[1] - 0.9, show(number), "count"));
  });
  parts.push(line(bell.map((height, place) => at(count + place, height))), ...reaches);
  const below = plot.top + plot.height + 2.2;
  steps.forEach(({ times, dice, lengths: [m, n] }, row) => {
    const often = times > 1 ? `${times} × ` : "";
    parts.push(note(0.5, below + 0.8 * row, `${often}${dice.join(" ∗ ")} dice`));
    parts.push(note(4.6, below + 0.8 * row, `${often}${m}·${n} multiplications`));
  });
  return picture(columns, below + 0.8 * steps.length + 0.3, label, parts);
}
