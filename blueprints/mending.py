"""The list of what a unit has to mend, generated from the review: rules that are broken, objections, remarks.

It is a start for the appraiser, who may change every word of it before the dossier goes back. Papers are Vietnamese,
so the list is, whatever language the screen has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask_babel import force_locale

from blueprints import findings
from blueprints.appraisal_forms import Piece
from dms.appraisal.checklist import Group, Review
from dms.appraisal.desk import return_letter
from dms.appraisal.desk.models import Remark
from dms.appraisal.rules import Point, PointState
from dms.completeness.model import Finding

LONGEST = 1000


def as_judged(pieces: Sequence[Piece], found: Review) -> list[Piece]:
    """The pieces with what the review found against them, one thing to a line."""
    groups = {group.key: group for group in found.groups}
    with force_locale("vi"):
        noted = [(piece, "\n".join(dict.fromkeys(_of_piece(piece, groups, found.remarks)))) for piece in pieces]
    return [replace(piece, is_chosen=bool(note), note=note[:LONGEST]) for piece, note in noted]


def general(found: Review) -> list[str]:
    """What is wrong with the dossier as a whole: findings without a piece, and questions answered with a no."""
    with force_locale("vi"):
        of_dossier = next((each for each in found.groups if each.key == (None, None)), None)
        lines = list(_objections(of_dossier)) if of_dossier else []
    lines += [_answered(each.text, each.opinion.comment) for each in found.asked if each.is_open and each.opinion]
    return lines


def line_of(finding: Finding) -> str:
    """A finding as a line of the list, with its rule."""
    said = findings.sentence(finding).rstrip(".")
    return f"{said} ({finding.citation})" if finding.citation else said


def _of_piece(piece: Piece, groups: dict[object, Group], remarks: Sequence[Remark]) -> Iterator[str]:
    key = (piece.requirement, piece.nominee.id if piece.nominee else None)
    if group := groups.get(key):
        yield from _objections(group)
    for remark in remarks:
        if remark.return_id is None and (remark.requirement_code, remark.nominee_id) == key:
            yield return_letter.line_of(remark)


def _objections(group: Group) -> Iterator[str]:
    if group.is_rejected and group.opinion:
        yield group.opinion.comment
    for point in group.points:
        yield from _of_point(point)


def _of_point(point: Point) -> Iterator[str]:
    if point.state is PointState.REJECTED and point.opinion:
        yield point.opinion.comment
    elif point.state is PointState.BLOCKING:
        yield line_of(point.finding)


def _answered(question: str, comment: str) -> str:
    return f"{question}: {comment}" if comment else question
