import { axes, dot, frame, image, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";
import { STEPS } from "./kernel.js";
import { SCENES } from "./shown.js";

const PI = { 0: "0", 4: "π/4", 8: "π/2", 12: "3π/4", 16: "π" };

// Round numbers on an axis, at most six.
function ticks(low, high) {
  const power = 10 ** Math.floor(Math.log10((high - low) / 5));
  const step = [1, 2, 5, 10].map(part => part * power).find(size => (high - low) / size <= 5);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
}

// A picture and what the kernel makes of it, the readings, and the answer to waves.
export default function draw({ of, place }, result, label) {
  const { middle, y, shades: [black, white], sum, first, second, symmetry, real, imaginary } = result;
  const x = SCENES[of], bright = Math.max(...x.flat()), side = 6.08, size = side / x.length; // it is a square
  const width = 13, parts = [note(0.2, 0, "picture"), note(6.8, 0, "filtered")];
  parts.push(image(0.2, 1, size, x, value => value / bright), frame(0.2, 1, side, side, "grid"));
  const [left, top] = [6.8 + size * middle[1], 1 + size * middle[0]]; // each pixel where the kernel's middle stood
  parts.push(image(left, top, size, y, value => (value - black) / (white - black)));
  parts.push(frame(left, top, size * y[0].length, size * y.length, "grid"));
  const words = [
    `sum ${show(sum)}, ${symmetry}; black ${show(black)}, white ${show(white)}`,
    `first moments ${show(first[0])} down, ${show(first[1])} across`,
    `second moments ${show(second[0])} down, ${show(second[1])} across`,
  ];
  words.forEach((text, row) => parts.push(note(0.2, 7.4 + 0.8 * row, text)));
  const values = [0, ...real, ...imaginary], [low, high] = [Math.min(...values), Math.max(...values)];
  const range = high > low ? [low, high] : [0, 1];
  const axis = axes({
    left: 1.6, top: 11, width: width - 2.2, height: 4.5, x: [0, STEPS], y: range,
    xticks: Object.keys(PI).map(Number), yticks: [], xlabel: "ω across", ylabel: "H(ω)", digits: tick => PI[tick],
  });
  parts.push(...axis.parts);
  for (const tick of ticks(...range)) {
    parts.push(line([axis.at(0, tick), axis.at(STEPS, tick)], "grid"));
    parts.push(note(1.45, axis.at(0, tick)[1] - 0.5, show(tick), "end"));
  }
  const curves = [[real, "blue", "real part"], [imaginary, "teal", "imaginary part (dashed)"]];
  const drawn = curves.filter(([curve]) => curve.some(Boolean) || curve === real && !imaginary.some(Boolean));
  drawn.forEach(([curve, kind, name], at) => {
    parts.push(line(curve.map((value, step) => axis.at(step / 4, value)), kind));
    if (drawn.length > 1 || curve === imaginary) parts.push(note(4 + 3 * at, 10.1, name));
  });
  for (let step = 0; step <= STEPS; step++) {
    const kind = step === place ? "blue chosen" : "blue";
    for (const [curve] of drawn) parts.push(dot(axis.at(step, curve[4 * step]), kind, step));
  }
  return picture(width, 17.1, label, parts);
}
