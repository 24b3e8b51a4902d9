"""Modules as the site serves them: with a version in each address, and joined in one script for readers of a folder."""

import json

import pytest
import quickjs

from book.page.modules import digest, in_bundle, joined, served, sources

MODULES = {
    "a.js": 'import { twice } from "./part/b.js";\n\nexport const six = twice(3);\n',
    "part/b.js": 'import { one } from "../c.js";\n\nexport function twice(n) {\n  return 2 * n * one;\n}\n'
    "export default twice;\n",
    "c.js": "export const one = 1;\nexport default function other() { return 7; }\n",
}


def run(modules: dict[str, str], asked: str) -> object:
    context = quickjs.Context()
    context.eval(joined(modules))
    return json.loads(context.eval(f"JSON.stringify({asked})"))


def test_joined_modules_import_from_each_other_whatever_their_order_and_folder() -> None:
    assert run(MODULES, 'joined("a.js").six') == 6
    assert run(MODULES, 'joined("part/b.js").default(4)') == 8
    assert run(MODULES, 'joined("c.js").default()') == 7


def test_a_joined_module_runs_once() -> None:
    counted = MODULES | {"c.js": "globalThis.runs = (globalThis.runs ?? 0) + 1;\nexport const one = runs;\n"}
    assert run(counted, '[joined("a.js").six, joined("part/b.js").default(1), runs]') == [6, 2, 1]


@pytest.mark.parametrize(
    "line", ['import x from "./b.js";', 'import "./b.js";', "export { a };", "export class A {}", "export let a = 1;"]
)
def test_a_form_that_cannot_be_joined_is_refused_with_its_module(line: str) -> None:
    with pytest.raises(ValueError, match=r"The module a\.js cannot be joined with others, because of"):
        joined({"a.js": f"{line}\n"})


def test_what_a_served_module_imports_has_the_version_in_its_address() -> None:
    assert served(MODULES["part/b.js"], "12ab").splitlines()[0] == 'import { one } from "../c.js?v=12ab";'


def test_the_version_changes_with_any_module() -> None:
    assert digest(MODULES) != digest(MODULES | {"c.js": "export const one = 2;\n"})


def test_the_loader_gets_the_version_and_every_module_of_the_book_can_be_joined() -> None:
    modules = sources()
    assert {"predictions.js", "answers.js", "guards.js", "explorers/explorer.js"} <= set(modules)
    assert "load.js" not in modules
    assert "joined" in joined(modules)
    assert in_bundle('const VERSION = "";') == f'const VERSION = "{digest(modules)}";'
    with pytest.raises(ValueError, match="VERSION"):
        in_bundle("const OTHER = 1;")
