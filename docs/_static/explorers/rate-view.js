import { axes, bar, dot, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

const MOST = 4; // the largest factor that is drawn

// Above, the factors of both directions by rate, each rate to be clicked; below, the loss by step, and its two parts.
export default function draw({ steps, rate }, { eigenvalues, factors, modes, losses }, label) {
  const left = 1.6, width = 11, looks = ["blue", "teal"], height = 4;
  const parts = ["steep", "flat"].flatMap((name, mode) => [
    line([[left + 5.6 * mode, 0.5], [left + 5.6 * mode + 0.9, 0.5]], looks[mode]),
    note(left + 5.6 * mode + 1.1, 0, `${name}, λ = ${show(eigenvalues[mode])}`),
  ]);
  const upper = axes({
    left, top: 2.2, width, height, x: [0, 100], y: [0, MOST], xticks: [0, 25, 50, 75, 100], yticks: [1, 2, 3, 4],
    xlabel: "rate η, in thousandths", ylabel: "factor of a step, |1 − ηλ|",
  });
  parts.push(...upper.parts, line([upper.at(rate, 0), upper.at(rate, MOST)], "way"));
  eigenvalues.forEach((value, mode) => {
    const zero = value ? 1000 / value : Infinity; // the rate that makes this factor 0
    const end = Math.min(100, value ? 1000 * (MOST + 1) / value : 100);
    const bends = [0, ...zero < end ? [zero] : [], end];
    parts.push(line(bends.map(at => upper.at(at, Math.abs(1 - at / 1000 * value))), looks[mode]));
    if (Math.abs(factors[mode]) <= MOST) parts.push(dot(upper.at(rate, Math.abs(factors[mode])), looks[mode]));
  });
  for (let at = 0; at <= 100; at++) {
    const [from, to] = [at - 0.5, at + 0.5].map(edge => left + width * edge / 100);
    parts.push(bar([from, 2.2], [to, 2.2 + height], "pick", { "data-place": at }));
  }
  const positive = [...losses, ...modes.flat()].filter(loss => loss > 0), top = 9.8;
  if (!positive.length) return picture(left + width + 0.6, top, label, parts);
  const powers = [Math.min(...positive), Math.max(...positive)].map(Math.log10);
  const high = Math.ceil(powers[1]), low = Math.max(Math.min(Math.floor(powers[0]), high - 1), high - 20);
  const every = Math.ceil((high - low) / 5);
  const lower = axes({
    left, top, width, height: 5, x: [0, steps], y: [low, high],
    xticks: [...new Set([0, Math.round(steps / 2), steps])],
    yticks: Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, tick) => low + tick * every),
    digits: show, xlabel: "step", ylabel: "log₁₀ of the loss",
  });
  const seen = list => list.map((loss, step) => [step, Math.log10(loss)]).filter(([, power]) => power >= low);
  parts.push(...lower.parts);
  modes.forEach((list, mode) => {
    const points = seen(list).map(point => lower.at(...point));
    if (points.length > 1) parts.push(line(points, looks[mode]));
  });
  seen(losses).forEach(point => parts.push(dot(lower.at(...point))));
  return picture(left + width + 0.6, top + 7, label, parts);
}
