"""Refusals as types with fields. The edge turns a type into a status and a code into a sentence."""

from typing import Any


class DomainError(Exception):
    """A refusal with a stable ``code`` and the fields its sentence needs; it holds no prose and no status."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return f"{self.code} {self.params}" if self.params else self.code


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does."""


class PermissionDenied(DomainError):
    """The actor's position does not allow this act."""


class Conflict(DomainError):
    """The act was lawful a moment ago, or somewhere else; the state has moved."""


class Invalid(DomainError):
    """What was given breaks a rule."""


class TooLarge(DomainError):
    """What was given is over a limit."""


class Unavailable(DomainError):
    """A service we depend on did not answer; nothing was changed and a retry may succeed."""
