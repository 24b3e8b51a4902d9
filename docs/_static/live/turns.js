// Runs take turns with the one Python of a page. It lives in a worker: to stop the run that has it is to end the worker,
// and the next run starts another.

const runs = []; // the first has its turn
let worker;

function end() {
  worker?.terminate();
  worker = undefined;
}

function started() {
  const own = new Worker(`${load.folder}live/worker.js?v=${load.version}`, { type: "module" });
  own.addEventListener("error", () => own === worker && hear({ failure: "Python could not be started in this browser.", ended: true }));
  own.addEventListener("message", ({ data }) => own === worker && hear(data));
  return own;
}

function hear({ words, result, failure, ended }) {
  const [run] = runs;
  if (words) return run.tell(words);
  if (ended) end(); // it has not started whole, or not survived
  if (result) run.done(result);
  else run.fail(new Error(failure));
  leave(run);
}

function begin() {
  if (!runs.length) return;
  worker ??= started();
  worker.postMessage(runs[0].job);
}

function leave(run) {
  const first = run === runs[0];
  runs.splice(runs.indexOf(run), 1);
  if (first) begin();
}

/** Let Python do a job when it is its turn; `tell` hears what is being done, and `signal` stops it. */
export function ask(job, tell, signal) {
  signal.throwIfAborted();
  return new Promise((done, fail) => {
    const run = { job, tell, done, fail };
    runs.push(run);
    if (run === runs[0]) begin();
    signal.addEventListener("abort", () => {
      if (!runs.includes(run)) return;
      const first = run === runs[0];
      if (first) end();
      fail(first ? new Error("Stopped. The next run starts Python again.") : signal.reason);
      leave(run);
    });
  });
}
