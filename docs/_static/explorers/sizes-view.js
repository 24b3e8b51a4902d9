import { bar, cell, line, note, picture } from "./drawing.js";

const MOST = 66, FEW = 28; // cells: of a line that has more, a few around the chosen window are drawn

// The cells, a row for each window below them, and how many windows see each cell.
export default function draw({ n, kernel, dilation, before, after, output }, { reach, starts, seen }, label) {
  const left = 1.8, step = 0.6, most = Math.max(n + after, ...starts.map(start => start + reach));
  const room = most + before > MOST ? Math.max(FEW, reach) : MOST;
  const middle = (starts[output] ?? 0) + (reach - room >> 1);
  const first = Math.max(Math.min(middle, most - room), -before), end = Math.min(first + room, most);
  const rows = starts.flatMap((start, place) => start >= first && start + reach <= end ? [place] : []);
  const column = place => left + place - first;
  const parts = [];
  for (let place = first; place < Math.min(n + after, end); place++) {
    const inside = place >= 0 && place < n;
    parts.push(cell(column(place), 0, inside ? place : "", inside ? (seen[place] ? "signal" : "unseen") : "outside"));
  }
  rows.forEach((place, at) => {
    const start = starts[place], row = 1.25 + step * at, kind = place === output ? "window chosen" : "window";
    parts.push(line([[column(start) + 0.1, row + 0.25], [column(start + reach) - 0.1, row + 0.25]], kind));
    for (let tap = 0; tap < kernel; tap++) {
      const left = column(start + tap * dilation);
      parts.push(bar([left + 0.03, row + 0.03], [left + 0.97, row + 0.53], kind, { "data-place": place }));
    }
  });
  const bottom = 1.3 + step * rows.length;
  parts.push(note(0, bottom, "seen"));
  seen.forEach((count, place) => place >= first && place < end && parts.push(note(column(place) + 0.5, bottom, count, count ? "count" : "count never")));
  const cut = end - first < most + before;
  if (cut) {
    const windows = rows.length === 1 ? `output ${rows[0]}` : rows.length ? `outputs ${rows[0]} to ${rows.at(-1)}` : "none";
    parts.push(note(0, bottom + 1, `Drawn: ${windows} of ${starts.length}; the others are left out.`));
  }
  return picture(left + end - first, bottom + (cut ? 2 : 1), label, parts);
}
