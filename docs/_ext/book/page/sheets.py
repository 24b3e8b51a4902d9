"""A style sheet in few bytes: without comments and spaces, and without what others style and this book does not have.

No page is seen before the sheet is there, and half of what the theme and KaTeX bring is for things that no page has:
the versions of a hosting service, advertisements, letters in Fraktur. `NOT_HERE` names the classes whose rules stay
out, and so do values that no rule reads. A page that has one of them all the same is a warning, with what to do.
"""

import re
from collections.abc import Iterable, Iterator

import tinycss2
from tinycss2.ast import AtRule, Declaration, Node, QualifiedRule

NOT_HERE = re.compile(
    "|".join(
        (
            # Furo: a hosting service, its versions and advertisements; announcements; links to sources
            r"furo-readthedocs-versions|rst-(?:versions|current-version|other-versions)|injected|fa-book|fa-caret-down",
            r"ethical-\w+|furo-sidebar-ad-placement|announcement|announcement-content|view-this-page|edit-this-page",
            r"sidebar-logo|sidebar-logo-container|viewcode-(?:link|back)|this-will-duplicate-information-.*|muted-link",
            # docutils and Sphinx: what chapters say in other ways
            r"admonition-todo|version\w+|deprecated|guilabel|toc-backref|literal-block-wrapper|highlighttable|linenodiv|hll",
            r"footnote|footnote-reference|brackets|fn-backref|option-list|line-block|sidebar|pull-quote",
            r"sidebar-title|epigraph|highlights|attribution|(?:lower|upper)(?:alpha|roman)|only-(?:light|dark)|align-(?:left|right|center)",
            r"domainindex-(?:section|jumpbox)|eqn-num|sd-(?:card|cards|shadow|tab)\b[\w-]*|problematic|text-align\\?:\w+",
            # KaTeX: sizes, letters and signs that no formula has
            r"fontsize-ensurer|reset-size(?:[1245789]|1[01])|size(?:5|6|7|9|1[01])|delim-size1|fleqn|leqno|katex-version",
            r"(?:main|text)rm|(?:math|text)(?:boldfrak|boldsf|frak|itsf|scr|sfit)|text(?:bb|it|sf|tt)|math(?:it|tt)",
            r"boldsymbol|katex-(?:hdashline|hline|newline|overlay|rule|smash|sout|tag|underline)",
            r"[lc]lap|cancel-(?:lap|pad)|angl|anglpad|boxpad|fc?olorbox|fbox|reflectbox|cd-[\w-]+|halfarrow-\w+|x-arrow[\w-]*",
            r"mml-eqn-num|mover|mtr-glue|underline-line|vertical-separator",
        )
    )
)
_CLASS = re.compile(r"[.#]((?:[\w-]|\\.)+)")
#: What a selector says about other elements than those that it must find, and values of attributes.
_BESIDE = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")
#: What Furo calls a list of what is documented, and its name here. A rule for all within what has any class makes a
#: browser style a whole page anew when a class of its root changes, as at the start and while somebody scrolls.
_LISTED, _DOCUMENTED = "dl[class]", "dl.py"
#: At-rules that hold rules.
_GROUPS = {"media", "supports", "layer", "container"}
_READ = re.compile(r"var\(\s*(--[\w-]+)")
#: Variables that pages read, not the sheet: the colors of figures.
FOR_PAGES = "--fig-"


def not_here(names: Iterable[str]) -> set[str]:
    """Return which of the classes have no rules, since no page is said to have them."""
    return {name for name in names if NOT_HERE.fullmatch(name)}


def slim(text: str) -> str:
    """Return a style sheet with the same effect on this book's pages, in fewer bytes."""
    longer = ""
    while text != longer:  # a value that nobody reads may have been the last to read another
        longer, read = text, set(_READ.findall(text))
        nodes = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
        text = "".join(_rules(nodes, read))
    return text


def _rules(nodes: Iterable[Node], read: set[str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, QualifiedRule):
            selectors = [
                part for part in _selectors(node.prelude) if not not_here(_CLASS.findall(_BESIDE.sub("", part)))
            ]
            body = _declarations(node.content, read)
            if selectors and body:
                yield f"{','.join(selectors)}{{{body}}}"
        elif isinstance(node, AtRule):
            prelude = f"@{node.at_keyword} {_spaced(node.prelude)}".rstrip()
            if node.content is None:
                yield prelude + ";"
            elif node.lower_at_keyword in _GROUPS:
                nested = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                if inside := "".join(_rules(nested, read)):
                    yield f"{prelude}{{{inside}}}"
            elif node.lower_at_keyword in {"keyframes", "-webkit-keyframes"}:
                yield f"{prelude}{{{_spaced(node.content)}}}"
            else:
                yield f"{prelude}{{{_declarations(node.content, read)}}}"
        elif node.type == "error":
            raise ValueError(f"A style sheet cannot be read at line {node.source_line}: {node.message}.")


def _selectors(prelude: list[Node]) -> Iterator[str]:
    part: list[Node] = []
    for node in [*prelude, None]:
        if node is None or node == ",":
            yield _spaced(part).replace(_LISTED, _DOCUMENTED)
            part = []
        else:
            part.append(node)


def _declarations(content: list[Node], read: set[str]) -> str:
    found = []
    for node in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if isinstance(node, Declaration):
            if node.name.startswith("--") and not node.name.startswith(FOR_PAGES) and node.name not in read:
                continue
            value = _spaced(node.value) + ("!important" if node.important else "")
            found.append(f"{node.name}:{value}")
        elif node.type == "error":
            raise ValueError(f"A style sheet cannot be read at line {node.source_line}: {node.message}.")
        else:
            found.append(_spaced([node]))
    return ";".join(found)


def _spaced(nodes: list[Node]) -> str:
    """Write tokens with one space where there are some, and none at either end or around what separates by itself."""
    text = tinycss2.serialize([node for node in nodes if node.type != "comment"])
    return text.strip() if '"' in text or "'" in text or "url(" in text else re.sub(r"\s+", " ", text).strip()
