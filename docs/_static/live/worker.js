// The worker in which cells run, so that the page stays awake. It gets `{library, first, needed, cell, files}` and answers
// `{words}` while it works, then `{result}`, or `{failure, ended}`: `ended` when there is no Python for another run.

import { start } from "./python.js";

const FOLDER = new URL("../pyodide/", location).href;
const fetchOf = globalThis.fetch;
let run, lose;

class Lost extends Error {}

const nameOf = address => new URL(address, location).pathname.split("/").at(-1);

// A file that does not come ends the job, whoever has asked for it: Python would wait for one part of itself without end,
// and blame the cell for a package.
globalThis.fetch = async (request, ...more) => {
  const name = nameOf(request.url ?? request), loseThis = lose;
  const lost = words => {
    const error = new Lost(`${name} could not be fetched${words}`);
    loseThis(error);
    throw error;
  };
  const response = await fetchOf(request, ...more).catch(() => lost(". Is there a connection?"));
  if (!response.ok) lost(` (${response.status}).`);
  response.clone().arrayBuffer().catch(() => lost(" whole. Is there a connection?")).catch(() => {});
  return response;
};

async function begin({ library, first }) {
  const [{ loadPyodide }, lock] = await Promise.all([
    import(`${FOLDER}pyodide.mjs`).catch(() => { throw new Lost("pyodide.mjs could not be fetched. Is there a connection?"); }),
    fetch(`${FOLDER}pyodide-lock.json`).then(response => response.json()),
  ]);
  return start({
    loadPyodide, folder: FOLDER, lock, first,
    library: fetch(library).then(response => response.arrayBuffer()),
    say: words => postMessage({ words }),
  });
}

async function answer(job) {
  run ??= await begin(job);
  const files = await Promise.all(job.files.map(async ({ name, address }) => (
    { name, bytes: new Uint8Array(await (await fetch(address)).arrayBuffer()) })));
  return run({ ...job, files });
}

function wordsOf(error) {
  if (error instanceof Lost) return error.message;
  if (!run && /import/i.test(error.message)) return "Python could not be fetched. Is there a connection?"; // in the browser's words
  if (error instanceof RangeError || /memory/i.test(error.message)) return "The browser has not enough memory for Python.";
  const [line] = String(error.message ?? error).split("\n");
  return run ? `Python has ended: ${line}` : `Python could not be started: ${line}`;
}

addEventListener("message", async ({ data: job }) => {
  try {
    const lost = new Promise((_, fail) => { lose = fail; });
    postMessage({ result: await Promise.race([answer(job), lost]) });
  } catch (error) { // what a worker does not catch does not reach the page
    postMessage({ failure: wordsOf(error), ended: !run || !(error instanceof Lost) });
  }
});
