"""What the makers of the corpus work with: the test authority, a stranger's, and a few letters made once."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dms.signing import pades
from dms.signing.pades import Verdict
from tests.pki import Pki
from tests.signing.pades import flow, foreign


@dataclass(frozen=True)
class Workshop:
    """A folder for the files, the authority that is trusted, and one with the same names that is not."""

    folder: Path
    pki: Pki
    stranger: Pki

    def place(self, name: str) -> Path:
        """A new file of the corpus."""
        return self.folder / f"{name}.pdf"

    def _work(self, name: str) -> Path:
        place = self.folder / "work" / name
        place.mkdir(parents=True, exist_ok=True)
        return place

    @cached_property
    def letter(self) -> Path:
        """The letter with all its fields, unsigned."""
        return flow.letter(self._work("letter"))

    @cached_property
    def head(self) -> Path:
        """Signed by the head, B-LT."""
        return flow.sign(self.pki, self.letter, self._work("head") / "head.pdf", "head", "head")

    @cached_property
    def sealed(self) -> Path:
        """Signed by the head, then numbered, dated and sealed, B-LT."""
        return flow.sign(self.pki, self.head, self._work("sealed") / "sealed.pdf", "seal", "seal", fills=flow.FILLS)

    @cached_property
    def archived(self) -> Path:
        """The sealed letter with an archive time stamp, B-LTA."""
        path = self._work("archived") / "archived.pdf"
        path.write_bytes(self.sealed.read_bytes())
        pades.extend_lta(path, self.pki.trust)
        return path

    @cached_property
    def other(self) -> Path:
        """Another letter, signed by the head as well."""
        folder = self._work("other")
        return flow.sign(self.pki, flow.letter(folder), folder / "other.pdf", "head", "head")

    @cached_property
    def plain(self) -> Path:
        """The letter signed by somebody else's program: B-B, without any field lock of ours."""
        return foreign.sign(self.pki, self.letter, self._work("plain") / "plain.pdf", md_algorithm="sha256")


Make = Callable[[Workshop, Path], object]


@dataclass(frozen=True)
class Case:
    """One file of the corpus: how it is made, and what we must say of it without knowing anything else.

    ``reasons`` must be among those given, for a signature or for the file. ``known`` is the verdict where we know what
    was to be signed and stored, if that differs: some attacks leave a file that is good in itself.
    """

    name: str
    what: str
    verdict: Verdict
    make: Make
    reasons: frozenset[str] = frozenset()
    known: Verdict | None = None


def good(what: str) -> Callable[[Make], Case]:
    """A file whose every signature holds."""
    return lambda make: Case(_name(make), what, Verdict.VALID, make)


def bad(what: str, *reasons: str, known: Verdict | None = None) -> Callable[[Make], Case]:
    """A file that must be refused."""
    return lambda make: Case(_name(make), what, Verdict.INVALID, make, frozenset(reasons), known)


def unproven(what: str, *reasons: str) -> Callable[[Make], Case]:
    """A file of which nobody here can tell."""
    return lambda make: Case(_name(make), what, Verdict.UNPROVEN, make, frozenset(reasons))


def deceiving(what: str) -> Callable[[Make], Case]:
    """A file that is good in itself, and yet not the one that was stored."""
    return lambda make: Case(_name(make), what, Verdict.VALID, make, known=Verdict.INVALID)


def _name(make: Make) -> str:
    function = make.func if isinstance(make, functools.partial) else make
    return function.__name__.strip("_").replace("_", "-")  # type: ignore[union-attr]  # makers are functions
