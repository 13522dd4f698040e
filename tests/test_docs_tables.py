"""The two tables that say where a rule is held and which test shows it: they must not promise what is not there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PLAN, DECREE = DOCS / "plan-rules.md", DOCS / "decree-30-annex-vi.md"
CAMPAIGN = ROOT / "campaigns" / "vinh-long-chuyen-doi-so-2023-2025.yaml"
RULES = [f"P{number:02d}" for number in range(1, 26)]
STATES = {"yes", "in part", "not yet", "outside"}

# The clauses of parts I.III to I.V and the fields of part II, as the decree letters and numbers them.
LETTERS = ["a", "b", "c", "d", "đ", "e", "g", "h", "i", "k", "l", "m", "n", "o"]
LETTERED = {
    "III.1": 14,
    "III.2": 3,
    "III.3": 3,
    "III.4": 7,
    "III.5": 7,
    "III.6": 11,
    "III.7": 5,
    "III.8": 3,
    "IV.1": 7,
}
CLAUSES = [f"{part}.{letter}" for part, count in LETTERED.items() for letter in LETTERS[:count]]
CLAUSES += ["IV.2", "IV.3", *(f"V.{number}" for number in range(1, 7))]
SUBFIELDS = {"I": {1: 3, 12: 2, 13: 2}, "II": {1: 3, 14: 2}, "III": {1: 3}}
FIELDS = [
    f"{table}-{number}{sub}"
    for table, last in (("I", 16), ("II", 18), ("III", 11))
    for number in range(1, last + 1)
    for sub in ("", *(f".{each}" for each in range(1, SUBFIELDS[table].get(number, 0) + 1)))
]


def rows(page: Path) -> dict[str, list[str]]:
    """The rows of a page's tables by their first cell; a name that stands twice is an error."""
    found: dict[str, list[str]] = {}
    for line in page.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and re.fullmatch(r"P\d\d|(IV|V|III|II|I)[.-][\w.đ]+", cells[0]):
            assert cells[0] not in found, f"{cells[0]} stands twice in {page.name}"
            found[cells[0]] = cells[1:]
    return found


def cited(text: str) -> set[str]:
    """The names of tests that stand in code marks."""
    return set(re.findall(r"`(test_\w+)`", text))


@cache
def defined() -> frozenset[str]:
    """Every test function of the repository."""
    texts = (file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    return frozenset(name for text in texts for name in re.findall(r"^ *def (test_\w+)\(", text, re.MULTILINE))


@cache
def marked() -> dict[str, frozenset[str]]:
    """The tests of each rule, by the marks that they carry."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "tests").rglob("test_*.py"):
        text = file.read_text("utf-8")
        if "mark.rule(" in text:
            for rule, name in _marks(ast.parse(text)):
                found.setdefault(rule, set()).add(name)
    return {rule: frozenset(names) for rule, names in found.items()}


def _marks(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        for decorator in function.decorator_list:
            for rule in re.findall(r"mark\.rule\('(P\d\d)'\)", ast.unparse(decorator)):
                yield rule, function.name


def _branches(node: Any, name: str) -> list[Any]:
    """What a key leads to; a list is gone through entry by entry."""
    entries = node if isinstance(node, list) else [node]
    found = [entry[name] for entry in entries if isinstance(entry, dict) and name in entry]
    return [leaf for each in found for leaf in (each if isinstance(each, list) else [each])]


@pytest.mark.parametrize("page", [PLAN, DECREE], ids=lambda page: page.name)
def test_every_test_that_a_table_names_is_there(page: Path) -> None:
    assert sorted(cited(page.read_text("utf-8")) - defined()) == []


@pytest.mark.parametrize("page", [PLAN, DECREE], ids=lambda page: page.name)
def test_every_file_that_a_table_names_is_there(page: Path) -> None:
    top = "campaigns|dms|blueprints|templates|static|storage|docs|layouts|tests"
    named = re.findall(rf"`((?:{top})/[\w./-]+)`", page.read_text("utf-8"))
    assert sorted({path for path in named if not (ROOT / path).exists()}) == []


def test_every_rule_of_the_plan_has_a_row_and_a_test_that_carries_its_mark() -> None:
    table = rows(PLAN)
    assert list(table) == RULES
    without = [rule for rule, cells in table.items() if not cited(cells[2]) & marked().get(rule, frozenset())]
    assert without == []


def test_the_keys_that_the_plans_table_names_are_in_the_campaign_file() -> None:
    content = yaml.safe_load(CAMPAIGN.read_text("utf-8"))
    lost = []
    for rule, cells in rows(PLAN).items():
        for key in re.findall(r"`([a-z_]+(?:\.[a-z_]+)*)`", cells[1]):
            found = [content]
            for name in key.split("."):
                found = _branches(found, name)
            lost += [] if found else [(rule, key)]
    assert lost == []


def test_every_clause_and_field_of_the_annex_has_a_row_with_an_honest_word() -> None:
    table = rows(DECREE)
    assert list(table) == [*CLAUSES, *FIELDS]
    states = {name: re.sub(r"\*", "", cells[1]) for name, cells in table.items()}
    assert {name: state for name, state in states.items() if state not in STATES} == {}
    unproven = [name for name, state in states.items() if state == "yes" and not cited(table[name][-1])]
    assert unproven == []
