"""What is asked, and what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from dms_agent.requests import SignRequest
from dms_agent.tokens import Held
from dms_agent.words import text, warning


@dataclass(frozen=True, slots=True)
class Question:
    """A request, the certificate that will sign it, and the reader's language."""

    request: SignRequest
    held: Held
    language: str

    def say(self, name: str, **values: object) -> str:
        """A text of the screen in the reader's language."""
        return text(name, self.language, **values)

    def facts(self) -> Iterator[tuple[str, str]]:
        """Who asks, who signs, with what: label and value."""
        request = self.request
        yield self.say("server"), request.server
        yield self.say("signer"), request.signer
        yield self.say("token"), f"{self.held.token} – {self.held.subject}"

    def papers(self) -> Iterator[tuple[str, str]]:
        """Each document as people read it, and the fingerprint of the version that its page shows."""
        for each in self.request.documents:
            power = f" ({each.capacity})" if each.capacity else ""
            yield (
                self.say("document", action=each.action + power, title=each.title, pages=each.pages),
                f"SHA-256: {each.sha256}",
            )

    @property
    def heading(self) -> str:
        """Over the list of documents."""
        return self.say("documents", count=len(self.request.documents))

    @property
    def warning(self) -> str:
        """That a PIN was wrong lately; mostly empty."""
        return warning(self.held.tries.value, self.language)


@dataclass(slots=True)
class Answer:
    """Whether to sign, and the PIN; with a token that has a pad of its own there is none."""

    agreed: bool
    pin: bytearray = field(default_factory=bytearray, repr=False)

    def wipe(self) -> None:
        """Overwrite the PIN. Copies that the driver or Python made die with the process, which ends at once."""
        self.pin[:] = bytes(len(self.pin))


class Asker(Protocol):
    """A way to ask."""

    def ask(self, question: Question) -> Answer:
        """Show the question and wait. Raises AgentError("nobody_asked") where nobody can be reached."""
