"""Nothing stops the program without a sentence in both languages, and no sentence stands there for nothing."""

import ast
import string
from pathlib import Path

import dms_agent
from dms_agent.words import LANGUAGES, SENTENCES, TEXTS, TRIES

FOLDER = Path(dms_agent.__file__).parent
# Told over a pipe or by a keyword, not by raising.
TOLD = {"driver_crashed", "code_refused", "answer_refused"}


def codes_raised() -> set[str]:
    trees = [ast.parse(file.read_text("utf-8")) for file in FOLDER.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "AgentError"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_refusal_has_its_sentence_and_every_sentence_its_refusal() -> None:
    assert codes_raised() | TOLD == set(SENTENCES)


def test_both_languages_use_the_same_facts() -> None:
    def fields(words: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    for name, columns in (SENTENCES | TEXTS | TRIES).items():
        assert len(columns) == len(LANGUAGES), name
        assert len({frozenset(fields(words)) for words in columns}) == 1, name
