"""Where on the pages of a dossier a finding is put right, and how its findings are grouped. Pure but for addresses."""

from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from dms.completeness.model import Finding, Verdict
from dms.dossiers.board import Board, anchor_of
from dms.dossiers.models import ReturnItem


@dataclass(frozen=True, slots=True)
class Grouped:
    """Findings as the panel shows them: what stops the submission, what is open beside, what is met."""

    blocking: list[Finding]
    open: list[Finding]
    met: list[Finding]


def grouped(findings: tuple[Finding, ...]) -> Grouped:
    """Sort findings into the three groups; their order within stays."""
    return Grouped(
        blocking=[each for each in findings if each.blocks],
        open=[each for each in findings if not each.blocks and each.verdict is not Verdict.MET],
        met=[each for each in findings if each.verdict is Verdict.MET],
    )


def where(board: Board, finding: Finding) -> str:
    """The address at which a finding is put right: a form for those who may edit, else the place on the page."""
    place, dossier_id = finding.place, board.dossier.id
    if place.requirement:
        return f"#{anchor_of(place.requirement, place.nominee)}"
    field = place.field or ""
    if place.nominee:
        return _of_nominee(board, place.nominee, field)
    if field == "council_met_on":
        return url_for("dossiers.council", dossier_id=dossier_id) if board.may_edit_list else "#council"
    return "#deadline" if field.startswith("deadline:") else "#nominees"


def _of_nominee(board: Board, nominee: str, field: str) -> str:
    if not board.may_edit:
        return f"#nominee-{nominee}"
    ids = {"dossier_id": board.dossier.id, "nominee_id": UUID(nominee)}
    if field.startswith("criterion:"):
        return url_for("criteria.nominee", **ids) + f"#{field.replace(':', '-')}"
    if field == "votes_for":
        return url_for("dossiers.council", dossier_id=board.dossier.id)
    return url_for("dossiers.edit_nominee", **ids)


def piece(board: Board, item: ReturnItem) -> str:
    """What a return reopens, in words: a paper, whose it is, a nominee with all papers, or the whole dossier."""
    names = {nominee.id: nominee.name for nominee in board.material.nominees}
    requirement = board.material.scheme.requirement(item.requirement_code) if item.requirement_code else None
    parts = [requirement.title if requirement else "", names.get(item.nominee_id, "") if item.nominee_id else ""]
    return ": ".join(filter(None, parts)) or _("the whole dossier")
