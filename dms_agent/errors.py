"""What stops the program: a code that a program can tell apart, and the facts for the sentence in ``words``."""

from typing import Any


class AgentError(Exception):
    """A refusal with a stable ``code``; its sentence stands in ``words.SENTENCES``."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
