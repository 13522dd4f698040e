"""The summary row of a dossier: what lists and dashboards show, written in the same transaction as each change."""

from datetime import datetime

from sqlalchemy.orm import Session

from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import NomineeKind
from dms.completeness.evaluate import evaluate
from dms.completeness.model import Verdict
from dms.dossiers import facts
from dms.dossiers.models import Dossier, DossierSummary, Part
from dms.dossiers.rules import completeness_rules
from dms.signing.models import SigningRoute, Step

_LONGEST = 300


def refresh(session: Session, dossier: Dossier, *, now: datetime) -> DossierSummary:
    """Judge the dossier afresh and write its row; every verb that changes what is judged calls this last."""
    session.flush()
    row = session.get(DossierSummary, dossier.id)
    if row is None:
        row = DossierSummary(dossier_id=dossier.id, computed_at=now)
        session.add(row)
    for name, value in compute(session, dossier, now=now).items():
        setattr(row, name, value)
    row.computed_at = now
    session.flush()
    return row


def compute(session: Session, dossier: Dossier, *, now: datetime) -> dict[str, int | str]:
    """What the row must hold now."""
    material = facts.gather(session, dossier)
    findings = evaluate(completeness_rules(material.spec, dossier.scheme_code), facts.facts_of(material, now=now))
    kinds = [nominee.kind for nominee in material.nominees]
    verdicts = [finding.verdict for finding in findings]
    steps = _open_steps(material)
    return {
        "collectives": kinds.count(NomineeKind.COLLECTIVE),
        "households": kinds.count(NomineeKind.HOUSEHOLD),
        "individuals": kinds.count(NomineeKind.INDIVIDUAL),
        "met": verdicts.count(Verdict.MET),
        "not_met": verdicts.count(Verdict.NOT_MET),
        "not_proven": verdicts.count(Verdict.NOT_PROVEN),
        "blocking": sum(finding.blocks for finding in findings),
        "open_steps": len(steps),
        "waiting_for": _waiting_for(material.scheme, steps),
    }


def open_steps(route: SigningRoute) -> list[Step]:
    """The steps of a route whose turn it is."""
    if route.closed_at is not None:
        return []
    return [step for step in route.steps if step.opened_at is not None and step.outcome is None]


def stage_title(scheme: Scheme, part: Part, step: Step) -> str:
    """What the campaign calls the stage of a step; an empty text where the scheme asks for no such stage."""
    requirement = scheme.requirement(part.requirement_code)
    stages = requirement.route if requirement else ()
    return stages[step.stage - 1].title if step.stage <= len(stages) else ""


def _open_steps(material: facts.Material) -> list[tuple[Part, Step]]:
    found = ((part, material.routes.get(part.document_id)) for part in material.parts)
    return [(part, step) for part, route in found if route for step in open_steps(route)]


def _waiting_for(scheme: Scheme, steps: list[tuple[Part, Step]]) -> str:
    """The titles of the open stages, each once; cut at the width of the column."""
    titles = sorted({title for part, step in steps if (title := stage_title(scheme, part, step))})
    return "; ".join(titles)[:_LONGEST]
