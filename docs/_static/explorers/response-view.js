import { axes, dot, line, note, picture } from "./drawing.js";

// Above, how strongly each frequency comes out; below, the chosen wave, its convolution, and the samples that are kept.
export default function draw({ stride, k }, { sizes, x, y }, label) {
  const most = Math.max(1, ...sizes), high = Math.ceil(most * 10 - 1e-9) / 10;
  const above = axes({
    left: 1.6, top: 1, width: 12, height: 3.4, x: [0, 12], y: [0, high], xticks: [0, 2, 4, 6, 8, 10, 12], yticks: [0, high],
    xlabel: "cycles k on 24 places", ylabel: "size of H[k]",
  });
  const parts = [...above.parts, line(sizes.map((size, cycles) => above.at(cycles, size)), "blue")];
  sizes.forEach((size, cycles) => parts.push(dot(above.at(cycles, size), cycles === k ? "blue chosen" : "blue", cycles)));
  const reach = Math.max(1, ...y.map(Math.abs)), top = Math.ceil(reach * 10 - 1e-9) / 10;
  const below = axes({
    left: 1.6, top: 7.4, width: 12, height: 3.4, x: [0, 23], y: [-top, top], xticks: [0, 6, 12, 18, 23], yticks: [-top, 0, top],
    xlabel: "place n on the circle", digits: value => String(value).replace("-", "−"),
  });
  parts.push(...below.parts, line(x.map((value, n) => below.at(n, value)), "blue"));
  parts.push(line(y.map((value, n) => below.at(n, value)), "teal"));
  y.forEach((value, n) => n % Number(stride) === 0 && parts.push(dot(below.at(n, value))));
  parts.push(note(1.6, 6.4, "wave (solid), its convolution (dashed), kept samples (dots)"));
  return picture(14.2, 12.6, label, parts);
}
