// Runs every cell of the built site under Pyodide, as a page does, and compares what it shows with its guard.
//
//     node tests/live/every_cell.mjs SITE [PAGE ...] [--queue FOLDER]
//
// Each run begins in a fresh namespace with the cells that this one needs. What a page shows, how it asks and how it
// compares are the site's own modules. Of several processes with one queue, each page is run by the first that is free.
// Ends with 1 if a cell differs, or fails where it should not.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const words = process.argv.slice(2);
const queue = words.includes("--queue") ? words.splice(words.indexOf("--queue"), 2)[1] : null;
const [site, ...asked] = words;

/** Take a page, if no other process has taken it. */
function take(page) {
  try {
    writeFileSync(join(queue, page.replaceAll("/", " ")), "", { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/** Import a module of the site; Node would take its name for that of a script. */
const module = name => import(`data:text/javascript;base64,${readFileSync(join(site, "_static", name)).toString("base64")}`);

const { start } = await module("live/python.js");
const { matches } = await module("guards.js");
const folder = `${resolve(site, "_static/pyodide")}/`;
const { loadPyodide } = await import(`${folder}pyodide.mjs`);
const lock = JSON.parse(readFileSync(`${folder}pyodide-lock.json`, "utf8"));

const pages = readdirSync(site, { recursive: true }).filter(name => name.endsWith(".cells.json")).sort()
  .map(name => name.replace(".cells.json", ""))
  .filter(name => !asked.length || asked.includes(name));
if (!pages.length) throw new Error(`There is no page with cells in ${site}.`);

let run;
const fetched = [];
const counts = { run: 0, differ: 0, "not run": 0 };
const began = performance.now();
for (const page of pages) {
  if (queue && !take(page)) continue;
  const { cells, library, first } = JSON.parse(readFileSync(join(site, `${page}.cells.json`), "utf8"));
  const beside = file => new Uint8Array(readFileSync(join(site, page, "..", file.split("?")[0]))); // Python knows no Buffer
  run ??= await start({
    loadPyodide, folder, lock, first, library: beside(library),
    say: text => { if (text.startsWith("Fetching")) fetched.push(text); },
  });
  const since = performance.now();
  for (const cell of cells.filter(({ shown }) => shown)) {
    if (cell.reason !== null) {
      counts["not run"]++;
      console.log(`${page} ${cell.name}: not run. ${cell.reason}`);
      continue;
    }
    const needed = cell.needs.map(n => cells[n]);
    const files = Object.entries(Object.fromEntries([...needed, cell].flatMap(one => one.files)))
      .map(([name, address]) => ({ name, bytes: beside(address) }));
    const { shown, error, wrong } = await run({ needed, cell, files });
    const expected = (error === null || cell.fails) && (cell.check === null || wrong !== null); // a gap is not right
    counts.run++;
    if (expected && (cell.guard === null || matches(cell.guard, shown))) continue;
    counts.differ++;
    const failure = error && !cell.fails ? `${error.cell ? `${error.cell}: ` : ""}${error.type}: ${error.message}` : "";
    console.log(`${page} ${cell.name}: ${failure || `expected\n${cell.guard}\ngot\n${shown}`}`);
  }
  console.log(`${page}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
}
const memory = process.memoryUsage();
console.log([
  ...fetched, Object.entries(counts).map(([what, n]) => `${n} ${what}`).join(", "),
  `${((performance.now() - began) / 1000).toFixed(0)} s, ${(memory.rss / 1e6).toFixed(0)} MB`,
].join("\n"));
process.exit(counts.differ ? 1 : 0);
