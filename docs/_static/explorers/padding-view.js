import { cell, line, note, picture } from "./drawing.js";
import { show } from "./numbers.js";

// The signal with what stands around it, the places, and from which place each outside value comes.
export default function draw({ x, before, place }, { sources, y }, label) {
  const left = 2.2, top = 1;
  const parts = [["value", top], ["place", top + 1], ["from", top + 1.8]].map(([words, row]) => note(0, row, words));
  y.forEach((value, position) => {
    const at = position - before, source = sources[position];
    const inside = at >= 0 && at < x.length;
    const chosen = at === place ? " chosen" : at === sources[place + before] ? " source" : "";
    parts.push(cell(left + position, top, show(value), (inside ? "signal" : "outside") + chosen, at));
    parts.push(note(left + position + 0.5, top + 1, show(at), "count"));
    if (!inside) parts.push(note(left + position + 0.5, top + 1.8, source === null ? "–" : source, "count from"));
  });
  const source = sources[place + before];
  if (source !== null && source !== place) {
    const [from, to] = [source, place].map(at => left + before + at + 0.5);
    parts.push(line([[from, top], [from, top - 0.5], [to, top - 0.5], [to, top]], "way"));
  }
  return picture(left + y.length, top + 2.8, label, parts);
}
