"""Runs take turns with the one Python of a page: a stopped or failed run costs the others nothing but its time."""

import json
from typing import Any

import pytest
import quickjs

from book.page.modules import joined, sources

#: What a browser has and this has not: a worker that keeps its jobs, and a signal.
BROWSER = """
const load = { folder: "/_static/", version: "1" };
const workers = [], said = [];
class Worker {
  constructor(address) { Object.assign(this, { address, heard: {}, jobs: [], ended: false }); workers.push(this); }
  addEventListener(kind, hear) { this.heard[kind] = hear; }
  postMessage(job) { this.jobs.push(job); }
  terminate() { this.ended = true; }
}
class Signal {
  constructor() { this.hears = []; }
  throwIfAborted() { if (this.reason) throw this.reason; }
  addEventListener(kind, hear) { this.hears.push(hear); }
  abort() { this.reason = new Error("Stopped."); this.hears.forEach(hear => hear()); }
}
const signals = {};
function run(name) {
  signals[name] = new Signal();
  turns.ask(name, words => said.push(`${name}: ${words}`), signals[name])
    .then(result => said.push(`${name} gave ${result}`), error => said.push(`${name} failed: ${error.message}`));
}
const answer = data => workers.at(-1).heard.message({ data });
"""
RESTARTED = "Stopped. The next run starts Python again."


class Turns:
    def __init__(self) -> None:
        self.context = quickjs.Context()
        self.context.eval(joined({name: text for name, text in sources().items() if name == "live/turns.js"}))
        self.context.eval(f'{BROWSER}\nconst turns = joined("live/turns.js");')

    def do(self, code: str) -> None:
        self.context.eval(code)
        while self.context.execute_pending_job():
            pass

    def get(self, code: str) -> Any:
        return json.loads(self.context.eval(f"JSON.stringify({code})"))


@pytest.fixture
def turns() -> Turns:
    return Turns()


def test_one_worker_does_one_job_after_the_other_in_their_order(turns: Turns) -> None:
    turns.do("run('a'); run('b')")
    assert turns.get("workers.map(one => one.jobs)") == [["a"]]
    turns.do("answer({words: 'Running …'}); answer({result: 1})")
    assert turns.get("workers.map(one => one.jobs)") == [["a", "b"]]
    turns.do("answer({result: 2}); run('c'); answer({result: 3})")
    assert turns.get("said") == ["a: Running …", "a gave 1", "b gave 2", "c gave 3"]
    assert turns.get("workers.length") == 1


def test_to_stop_a_run_that_waits_leaves_the_one_that_runs(turns: Turns) -> None:
    turns.do("run('a'); run('b'); run('c'); signals.b.abort(); answer({result: 1}); answer({result: 3})")
    assert turns.get("said") == ["b failed: Stopped.", "a gave 1", "c gave 3"]
    assert turns.get("workers.map(one => one.jobs)") == [["a", "c"]]


def test_to_stop_the_run_that_has_its_turn_ends_python_and_the_next_has_another(turns: Turns) -> None:
    turns.do("run('a'); run('b'); signals.a.abort()")
    turns.do("workers[0].heard.message({data: {result: 'late'}}); answer({result: 2})")
    assert turns.get("said") == [f"a failed: {RESTARTED}", "b gave 2"]
    assert turns.get("workers.map(one => [one.ended, one.jobs])") == [[True, ["a"]], [False, ["b"]]]


def test_a_run_whose_file_is_lost_keeps_python_for_the_next(turns: Turns) -> None:
    turns.do("run('a'); run('b'); answer({failure: 'No.', ended: false}); answer({result: 2})")
    assert turns.get("said") == ["a failed: No.", "b gave 2"]
    assert turns.get("workers.length") == 1


def test_where_python_does_not_start_for_one_run_the_next_has_its_own_try(turns: Turns) -> None:
    turns.do("run('a'); run('b'); answer({failure: 'No.', ended: true}); answer({result: 2})")
    assert turns.get("said") == ["a failed: No.", "b gave 2"]
    assert turns.get("workers.map(one => one.ended)") == [True, False]


def test_a_worker_that_cannot_be_loaded_is_said_in_a_sentence(turns: Turns) -> None:
    turns.do("run('a'); workers[0].heard.error()")
    assert turns.get("said") == ["a failed: Python could not be started in this browser."]
    assert turns.get("workers[0].ended")


def test_a_run_that_was_stopped_before_its_turn_is_never_asked_for_and_stop_after_the_end_does_nothing(
    turns: Turns,
) -> None:
    turns.do("run('a'); answer({result: 1}); signals.a.abort(); run('b'); answer({result: 2})")
    assert turns.get("said") == ["a gave 1", "b gave 2"]
    assert turns.get("workers.length") == 1
