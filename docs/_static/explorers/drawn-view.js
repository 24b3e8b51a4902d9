import { axes, bar, dot, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// Bars that can be drawn, the window with its weights on them, and the outputs, each below the middle of its window.
export default function draw({ x, h, n }, { y }, label) {
  const left = 1.6, last = x.length - 0.5;
  const numbers = values => [Math.min(0, ...values), Math.max(0, ...values)];
  const nice = ([low, high]) => [Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1)];
  const [lowest, highest] = nice(numbers(x));
  const range = [Math.min(0, lowest), Math.max(10, highest)];
  const above = axes({
    left, top: 1, width: 14, height: 4, x: [-0.5, last], y: range, xticks: [], yticks: [range[0], range[1]], ylabel: "x, draw it",
    digits: show,
  });
  const parts = [...above.parts];
  x.forEach((value, place) => {
    const within = y.length && place >= n && place < n + h.length;
    parts.push(bar(above.at(place - 0.42, value), above.at(place + 0.42, 0), within ? "signal" : "plain"));
    if (within) {
      const weight = note(above.at(place, 0)[0], 5, show(h[place - n]), "count");
      if (weight.textContent.length > 3) weight.style.fontSize = "11px"; // no wider than its column
      parts.push(weight);
    }
    // What takes the pointer: the whole column.
    parts.push(bar(above.at(place - 0.5, range[1]), above.at(place + 0.5, range[0]), "drawn",
      { "data-draw": place, "data-low": range[0], "data-high": range[1] }));
  });
  const [low, high] = nice(numbers(y));
  const below = axes({
    left, top: 7, width: 14, height: 3.4, x: [-0.5, last], y: [low, high], xticks: [0, x.length - 1], yticks: [low, high], ylabel: "y",
    digits: show,
  });
  const middle = (h.length - 1) / 2;
  parts.push(...below.parts);
  if (y.length) parts.push(line(y.map((value, place) => below.at(place + middle, value)), "teal"));
  y.forEach((value, place) => parts.push(dot(below.at(place + middle, value), place === n ? "blue chosen" : "blue", place)));
  return picture(left + 14.4, 11.6, label, parts);
}
