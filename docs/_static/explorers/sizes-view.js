import { bar, cell, line, note, picture } from "./drawing.js";

// The cells, a row for each window below them, and how many windows see each cell.
export default function draw({ n, kernel, dilation, before, after, output }, { reach, starts, seen }, label) {
  const left = 1.8, step = 0.6, end = Math.max(n + after, ...starts.map(start => start + reach));
  const column = place => left + before + place;
  const parts = [];
  for (let place = -before; place < n + after; place++) {
    const inside = place >= 0 && place < n;
    parts.push(cell(column(place), 0, inside ? place : "", inside ? (seen[place] ? "signal" : "unseen") : "outside"));
  }
  starts.forEach((start, place) => {
    const row = 1.25 + step * place, kind = place === output ? "window chosen" : "window";
    parts.push(line([[column(start) + 0.1, row + 0.25], [column(start + reach) - 0.1, row + 0.25]], kind));
    for (let tap = 0; tap < kernel; tap++) {
      const left = column(start + tap * dilation);
      parts.push(bar([left + 0.03, row + 0.03], [left + 0.97, row + 0.53], kind, { "data-place": place }));
    }
  });
  const bottom = 1.3 + step * starts.length;
  parts.push(note(0, bottom, "seen"));
  seen.forEach((count, place) => parts.push(note(column(place) + 0.5, bottom, count, count ? "count" : "count never")));
  return picture(left + before + end, bottom + 1, label, parts);
}
