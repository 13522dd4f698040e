"""The sets of trust anchors. Vietnam has two worlds: the state's own authority, and the public ones under one root.

Decree 68/2024 governs the state's signatures (chữ ký số chuyên dùng công vụ, of Ban Cơ yếu Chính phủ), Decree 23/2025
the public ones. A signature says in which world it was made, because not every paper may be signed in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from asn1crypto import pem, x509


class AnchorKind(StrEnum):
    """A set of trust anchors. OTHER are those that only this installation trusts, such as a demonstration's."""

    STATE = "state"
    PUBLIC = "public"
    OTHER = "other"


_SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})

Anchors = Mapping[AnchorKind, Sequence[bytes]]


def read_anchors(path: Path) -> list[bytes]:
    """The certificates, DER, of a file (PEM or DER) or of every such file in a folder.

    OSError where it cannot be read; ValueError where it holds none: an empty set would look like a set.
    """
    files = sorted(each for each in path.iterdir() if each.suffix in _SUFFIXES) if path.is_dir() else [path]
    found = [der for file in files for der in read_certificates(file.read_bytes())]
    if not found:
        raise ValueError(f"no certificate in {path}")
    return found


def read_certificates(data: bytes) -> list[bytes]:
    """The certificates, DER, in a PEM or DER file, without what else a PEM file holds. ValueError if it is broken."""
    if not pem.detect(data):
        return [x509.Certificate.load(data, strict=True).dump()]
    return [der for kind, _, der in pem.unarmor(data, multiple=True) if kind == "CERTIFICATE"]


class AnchorSets:
    """Which anchor belongs to which set; where two sets hold the same one, the first of ``AnchorKind`` counts."""

    def __init__(self, sets: Mapping[AnchorKind, Iterable[x509.Certificate]]) -> None:
        ordered = [(kind, root) for kind in AnchorKind for root in sets.get(kind, ())]
        self._kinds = {root.sha256: kind for kind, root in reversed(ordered)}
        self.roots = tuple({root.sha256: root for _, root in ordered}.values())

    def kind_of(self, root: x509.Certificate | None) -> AnchorKind | None:
        """The set of a root; None where it is in none."""
        return self._kinds.get(root.sha256) if root is not None else None

    def kind_above(self, certificates: Sequence[x509.Certificate]) -> AnchorKind | None:
        """The set whose root has issued the last of ``certificates``, by name and key identifier; proves nothing."""
        last = certificates[-1]
        named = (root for root in self.roots if root.subject == last.issuer)
        wanted = last.authority_key_identifier
        return next((self.kind_of(root) for root in named if not wanted or root.key_identifier in {None, wanted}), None)
