// The cells of this page, and what a reader has made of them. A run begins in a fresh namespace with the cells that this
// one needs, as they now stand.

import { ask } from "./turns.js";

let fetched;

/** The fields in which a reader edits cells, by the cells' names. */
export const editors = new Map();

async function planned(address) {
  if (location.protocol === "file:") {
    throw new Error("Browsers run no Python in pages opened from a folder. Serve the folder with python -m http.server, "
      + "and open the address that it prints.");
  }
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    throw new Error("This browser has no WebAssembly, which Python needs.");
  }
  const response = await fetch(address).catch(() => {
    throw new Error("The cells of this page could not be fetched. Is there a connection?");
  });
  if (!response.ok) throw new Error(`The cells of this page could not be fetched (${response.status}).`);
  return response.json();
}

function cellsAt(address) {
  fetched ??= planned(address).catch(error => {
    fetched = undefined; // the next run asks again
    throw error;
  });
  return fetched;
}

const stopped = signal => new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));

/** The code of a cell as it now stands. */
export const codeOf = ({ name, code }) => editors.get(name)?.value ?? code;

const asItStands = cell => ({ name: cell.name, code: codeOf(cell), fails: cell.fails });

/** The last cell before the one at `index` that binds a name, and is not among those that run before it. */
const binding = (cells, index, name, needs) =>
  cells.findLastIndex((cell, n) => n < index && cell.binds.includes(name) && !needs.has(n));

/** Run a cell of the plan at `address`, and check it if so asked; give it, what it showed, and the cells that `ran`, each `as` it was. */
export async function execute(address, name, { checked, tell, signal }) {
  const { cells, library, first } = await Promise.race([cellsAt(address), stopped(signal)]);
  const base = new URL(address, location);
  const index = cells.findIndex(cell => cell.name === name), cell = cells[index];
  if (checked && cell.check === null) throw new Error("This cell has no check.");
  const needs = new Set(cell.needs);
  for (;;) {
    const needed = [...needs].sort((a, b) => a - b).map(n => cells[n]);
    const files = Object.fromEntries([...needed, cell].flatMap(one => one.files));
    const ran = [...needed, cell].map(one => ({ ...one, as: codeOf(one) }));
    const result = await ask({
      library: new URL(library, base).href,
      first,
      needed: needed.map(asItStands),
      cell: checked ? { ...asItStands(cell), check: cell.check } : asItStands(cell),
      files: Object.entries(files).map(([name, address]) => ({ name, address: new URL(address, base).href })),
    }, tell, signal);
    // A name that the text as built does not use: what a reader has written may need another cell.
    const more = result.unknown && editors.size ? binding(cells, index, result.unknown, needs) : -1;
    if (more < 0) return { result, cell, ran };
    for (const n of [more, ...cells[more].needs]) needs.add(n);
  }
}
