"""Asking in the terminal that the program was started from."""

import getpass
import os
import sys
from contextlib import closing, suppress

from dms_agent.asking.question import Answer, Question
from dms_agent.errors import AgentError

AGREED = "ky"


def is_there() -> bool:
    """Whether this process has a terminal, whatever its standard streams are."""
    if os.name == "nt":
        return sys.stderr.isatty()
    with suppress(OSError):
        os.close(os.open("/dev/tty", os.O_RDWR))
        return True
    return False


class Terminal:
    """See ``Asker``. What is shown goes to the terminal itself, for the standard output speaks to another program."""

    def ask(self, question: Question) -> Answer:
        """See ``Asker.ask``."""
        if not is_there():
            raise AgentError("nobody_asked")
        show("\n".join(_screen(question)))
        if question.held.has_pin_pad:
            return Answer(getpass.getpass(question.say("pad_prompt")).strip().lower() == AGREED)
        try:
            typed = getpass.getpass(question.say("pin_prompt"))
        except EOFError:
            return Answer(agreed=False)
        return Answer(bool(typed), bytearray(typed.encode()))


def show(lines: str) -> None:
    """Write to the terminal, past any redirection."""
    if os.name == "nt":
        sys.stderr.write(f"{lines}\n")
        return
    with closing(os.fdopen(os.open("/dev/tty", os.O_WRONLY), "w", encoding="utf-8")) as terminal:
        terminal.write(f"{lines}\n")


def _screen(question: Question) -> list[str]:
    bar = "─" * 72
    facts = [f"  {label}: {value}" for label, value in question.facts()]
    papers = [line for paper, digest in question.papers() for line in (f"  • {paper}", f"    {digest}")]
    warned = [f"  ⚠ {question.warning}"] if question.warning else []
    title = question.say("title").upper()
    return ["", bar, title, *facts, "", f"{question.heading}:", *papers, "", *warned, question.say("promise"), bar]
