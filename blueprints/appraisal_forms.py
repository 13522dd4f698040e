"""What people fill in on the screens of appraisal: pieces to reopen, words on points, a new rank."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict

from blueprints.forms import ParagraphField, at_most, optional, required
from blueprints.web import link
from dms.appraisal import rules
from dms.appraisal.checklist import Group
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.review import Word
from dms.appraisal.rules import Point
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import Scope
from dms.dossiers.board import anchor_of as place_of
from dms.dossiers.models import Dossier, Nominee
from dms.dossiers.service import ReturnEntry

NOBODY = "-"


class ReturnForm(FlaskForm):
    """What holds for the whole return; the pieces have a box and a reason each."""

    reason = ParagraphField(
        _l("A word to the unit"),
        [optional(), at_most(1000)],
        description=_l("Left empty, the reasons given at the pieces stand here."),
    )


class RefuseForm(FlaskForm):
    """Why a dossier is refused for good."""

    reason = ParagraphField(_l("Reason"), [required(), at_most(1000)])


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that a return can reopen: a paper, or a nominee's data; with what was ticked and typed."""

    requirement: str | None
    nominee: Nominee | None
    title: str
    is_chosen: bool = False
    note: str = ""

    @property
    def value(self) -> str:
        """The piece in one word of a form."""
        return f"{self.requirement or NOBODY}:{self.nominee.id if self.nominee else NOBODY}"

    @property
    def entry(self) -> ReturnEntry:
        """The piece as the verb takes it."""
        return ReturnEntry(self.requirement, self.nominee.id if self.nominee else None, self.note)


def pieces_of(scheme: Scheme, nominees: Sequence[Nominee]) -> Iterator[Piece]:
    """Everything that can be reopened: papers of the dossier, then nominee by nominee data and papers."""
    for requirement in scheme.requirements:
        if requirement.scope is Scope.DOSSIER:
            yield Piece(requirement.code, None, requirement.title)
    for nominee in nominees:
        yield Piece(None, nominee, "")
        for requirement in scheme.requirements:
            if requirement.scope is Scope.NOMINEE and requirement.is_asked_of(nominee.kind):
                yield Piece(requirement.code, nominee, requirement.title)


def as_typed(pieces: Sequence[Piece], typed: MultiDict[str, str]) -> list[Piece]:
    """The pieces with what the person ticked and wrote."""
    chosen = set(typed.getlist("piece"))
    return [
        replace(piece, is_chosen=piece.value in chosen, note=typed.get(f"note-{piece.value}", "").strip()[:1000])
        for piece in pieces
    ]


def words_of(typed: MultiDict[str, str]) -> list[Word]:
    """The appraiser's words: of every point, the box that was ticked and the comment beside it."""
    words = []
    for key in typed:
        if key.startswith("verdict-") and typed[key] in {verdict.value for verdict in ReviewVerdict}:
            name = key.removeprefix("verdict-")
            nominee, _, subject = name.partition("|")
            said = Word(subject, ReviewVerdict(typed[key]), as_id(nominee), typed.get(f"comment-{name}", ""))
            words.append(replace(said, seen=typed.get(f"seen-{name}", type=int)))
    return words


def point_name(nominee: UUID | Nominee | None, subject: str) -> str:
    """The name under which a point stands in the form."""
    nominee_id = nominee.id if isinstance(nominee, Nominee) else nominee
    return f"{nominee_id or NOBODY}|{subject}"


def paper_name(group: Group) -> str:
    """The name under which the word on a whole paper stands in the form."""
    return point_name(group.nominee, rules.subject_of_piece(group.requirement or ""))


def anchor_of(point: Point) -> str:
    """A place on the page that a link can lead to."""
    name = point_name(point.nominee_id, point.subject)
    return f"point-{hashlib.sha256(name.encode()).hexdigest()[:10]}"


def proof_of(dossier: Dossier, group: Group) -> str | None:
    """The page that proves, or disproves, what is said of a group: the paper itself, else its place in the dossier."""
    if group.document_id and (address := link("documents.show", document_id=group.document_id)):
        return address
    nominee = str(group.nominee.id) if group.nominee else None
    place = f"nominee-{nominee}" if nominee else "nominees"
    anchor = place_of(group.requirement, nominee) if group.requirement else place
    return link("dossiers.show", dossier_id=dossier.id, _anchor=anchor)


def as_id(text: str) -> UUID | None:
    """An id that a form carries; nothing for a text that no page of ours ever made."""
    try:
        return UUID(text)
    except ValueError:
        return None
