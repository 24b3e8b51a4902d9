import { cell, line, note, picture } from "./drawing.js";

const MOST = 66, FEW = 20; // places: of a result that has more, a few around the chosen one are drawn

// The places of the full result, which of them are returned, and what the chosen one reads: its own input is above it.
export default function draw({ size, kernel, place }, { start, length, full, complete, reads }, label) {
  const room = full > MOST ? FEW : MOST;
  const first = Math.max(Math.min(place - (room >> 1), full - room), 0), end = Math.min(first + room, full);
  const left = Math.max(kernel - 1, 2) + (first ? 2 : 0) - first;
  const parts = [["input", 0], ["full", 2], ["result", 3]].map(([words, row]) => note(0, row, words));
  for (let at = Math.max(first - kernel + 1, 0); at < Math.min(size, end); at++) {
    const read = at >= reads[0] && at <= reads[1];
    parts.push(cell(left + at, 0, at, read ? "signal chosen" : "signal"));
  }
  parts.push(line([[left + place - kernel + 1.1, 1.4], [left + place + 0.9, 1.4]]));
  parts.push(line([[left + place + 0.5, 1.4], [left + place + 0.5, 2]], "way"));
  for (let n = first; n < end; n++) {
    const index = n - start, kept = index >= 0 && index < length;
    const kind = !kept ? "outside" : n >= complete[0] && n <= complete[1] ? "output" : "product";
    parts.push(cell(left + n, 2, n, n === place ? `${kind} chosen` : kind, n));
    if (kept) parts.push(note(left + n + 0.5, 3, index, "count"));
  }
  const cut = end - first < full;
  if (cut) parts.push(note(0, 4, `Drawn: places ${first} to ${end - 1} of ${full}; the others are left out.`));
  return picture(left + end, cut ? 5 : 4, label, parts);
}
