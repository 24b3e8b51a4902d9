// The worker in which cells run, so that the page stays awake; to stop a cell is to end its worker. It gets
// `{number, library, needed, cell, files}` and answers `{number, words}` while it works, then `{number, result}` or `{number, failure}`.

import { start } from "./python.js";

const FOLDER = new URL("../pyodide/", location).href;
let number, run, turn = Promise.resolve();

const say = words => postMessage({ number, words });

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${new URL(address, location).pathname} could not be fetched (${response.status}).`);
  return response;
}

async function begin(library) {
  const [{ loadPyodide }, lock] = await Promise.all([
    import(`${FOLDER}pyodide.mjs`).catch(() => { throw new Error("Python could not be fetched."); }),
    fetched(`${FOLDER}pyodide-lock.json`).then(response => response.json()),
  ]);
  return start({
    loadPyodide, folder: FOLDER, lock, say, library: fetched(library).then(response => response.arrayBuffer()),
  });
}

async function answer(job) {
  number = job.number;
  try {
    run ??= await begin(job.library);
    const files = await Promise.all(job.files.map(async ({ name, address }) => (
      { name, bytes: new Uint8Array(await (await fetched(address)).arrayBuffer()) })));
    postMessage({ number, result: await run({ ...job, files }) });
  } catch (error) { // what a worker does not catch does not reach the page
    postMessage({ number, failure: String(error.message ?? error) });
  }
}

addEventListener("message", ({ data }) => { turn = turn.then(() => answer(data)); }); // one after the other
