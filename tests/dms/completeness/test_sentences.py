"""Every code that a check or the loader can give has a sentence, and every sentence a code, in both languages."""

import ast
import io
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel, force_locale

from blueprints import campaign_problems, findings
from dms.campaigns.loader import _CODES
from dms.campaigns.problems import Problem
from dms.completeness.evaluate import evaluate
from dms.completeness.model import Mentioned
from dms.completeness.signatures import CODES
from tests.dms.completeness.samples import a_complete_dossier, a_letter, facts, plan_rules, rules

ROOT = Path(__file__).resolve().parents[3]
OUTCOMES = {"met", "broken", "unproven"}
MENTIONS = ("nominees", "unit", "scheme", "years")


def given_codes() -> set[str]:
    """The codes in the text of the checks: first arguments of met, broken and unproven, with the built ones added."""
    built = {f"{what}_{end}" for what in MENTIONS for end in ("agree", "differ", "unknown")}
    built |= set(CODES.values()) | {"document_missing", "document_withdrawn"}
    written = {code for path in (ROOT / "dms/completeness").glob("*.py") for code in literal_codes(path)}
    return written | built


def literal_codes(path: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in OUTCOMES and call.args]
    return {str(c.args[0].value) for c in named if isinstance(c.args[0], ast.Constant)}


def problem_codes() -> set[str]:
    """The codes in the text of the loader: the constants given to Fault, Problem and _note, and pydantic's in ours."""
    written = set(_CODES.values()) | {"type_wrong"}
    for name in ("consistency.py", "deadlines.py", "stages.py", "nodes.py"):
        calls = [n for n in ast.walk(ast.parse((ROOT / "dms/campaigns" / name).read_text())) if isinstance(n, ast.Call)]
        made = [c for c in calls if getattr(c.func, "id", getattr(c.func, "attr", "")) in {"Fault", "Problem", "_note"}]
        written |= {str(a.value) for c in made for a in c.args if isinstance(a, ast.Constant) and a.value != 1}
    return written


def test_every_finding_has_a_sentence_and_every_sentence_a_finding() -> None:
    assert set(findings.SENTENCES) == given_codes()


def test_every_problem_of_a_file_has_a_sentence_and_every_sentence_a_problem() -> None:
    assert set(campaign_problems.SENTENCES) == problem_codes()


def fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


CATALOGUE = read_po(io.BytesIO((ROOT / "translations/parts/completeness.po").read_bytes()))
TABLES: tuple[dict[str, Any], ...] = (
    findings.SENTENCES,
    findings.POSITIONS,
    findings.NOMINEE_KINDS,
    findings.LEVELS,
    findings.FIXERS,
    campaign_problems.SENTENCES,
)


@pytest.mark.parametrize("message", [m for m in CATALOGUE if m.id], ids=lambda m: m.id[:40])
def test_the_vietnamese_keeps_no_field_that_the_english_has_not(message: Any) -> None:
    assert message.string
    assert fields(message.string) <= fields(message.id)


@pytest.fixture
def english() -> Any:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("en"):
        yield


@pytest.mark.usefixtures("english")
def test_every_sentence_stands_in_the_catalogue() -> None:
    whole = read_po(io.BytesIO((ROOT / "translations/vi/LC_MESSAGES/messages.po").read_bytes()))
    known = {message.id for message in whole}
    assert [str(text) for table in TABLES for text in table.values() if str(text) not in known] == []


@pytest.mark.usefixtures("english")
def test_a_finding_reads_as_a_person_would_say_it() -> None:
    (late,) = [f for f in evaluate(plan_rules(), a_complete_dossier(plan_rules())) if f.code == "deadline_kept"]
    assert findings.sentence(late) == "In time: the dossier is due before 10/01/2026 (days left: 1)."
    assert findings.who(late.who_can_fix) == "the unit's clerk"


@pytest.mark.usefixtures("english")
def test_every_finding_of_a_full_and_of_a_poor_dossier_can_be_said() -> None:
    rule_set = plan_rules()
    full = a_complete_dossier(rule_set)
    poor = facts(documents=(a_letter(signatures=(), mentions=(Mentioned("unit", found=False),), number=None),))
    for given_rules, given in ((rule_set, full), (rule_set, poor), (rules(), poor)):
        for finding in evaluate(given_rules, given):
            text = findings.sentence(finding)
            assert "%(" not in text
            assert text.endswith(".") or finding.code == "head_criteria_open"


@pytest.mark.usefixtures("english")
def test_a_problem_of_a_file_says_file_line_column_and_what_was_meant() -> None:
    problem = Problem(3, 5, ("x",), "key_unknown", {"key": "tittle", "known": ["title", "years"], "guess": "title"})
    assert campaign_problems.problem_sentence(problem, "a.yaml") == (
        "a.yaml, line 3, column 5: “tittle” is not known here. Known: title, years. Did you mean “title”?"
    )
