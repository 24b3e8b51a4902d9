import { axes, dot, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// Above, the signal, the recording and what comes back; below, how far that is from the signal, for every λ.
export default function draw({ x, p }, { y, z, weights, errors }, label) {
  const all = [...x, ...y, ...z, 0], low = Math.floor(Math.min(...all)), high = Math.max(Math.ceil(Math.max(...all)), low + 1);
  const last = Math.max(x.length - 1, 1);
  const above = axes({
    left: 2.2, top: 1, width: 12, height: 4, x: [0, last], y: [low, high], xticks: [0, last], yticks: [low, high],
    xlabel: "place on the circle", digits: show,
  });
  const parts = [note(2.2, 0.1, "x (dots), recording y (dashed), estimate z (solid)"), ...above.parts];
  parts.push(line(y.map((value, n) => above.at(n, value)), "teal"), line(z.map((value, n) => above.at(n, value))));
  x.forEach((value, n) => parts.push(dot(above.at(n, value), "blue")));
  const logs = errors.map(error => Math.log10(Math.max(error, 1e-12)));
  const least = Math.floor(Math.min(...logs)), most = Math.max(Math.ceil(Math.max(...logs)), least + 1);
  const below = axes({
    left: 2.2, top: 7.6, width: 12, height: 3.4, x: [-6, 2], y: [least, most], xticks: [-6, -4, -2, 0, 2], yticks: [least, most],
    xlabel: "log₁₀ λ", ylabel: "log₁₀ of how far z is off", digits: show,
  });
  parts.push(...below.parts, line(logs.map((log, n) => below.at(Math.log10(weights[n]), log)), "blue"));
  logs.forEach((log, n) => parts.push(dot(below.at(Math.log10(weights[n]), log), n - 24 === p ? "blue chosen" : "blue", n - 24)));
  return picture(14.8, 12.8, label, parts);
}
