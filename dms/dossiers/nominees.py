"""Nominees of a dossier: who is put forward, with index scores and statements on the criteria (P02, P04, P07-P11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dms.audit import record
from dms.campaigns import service as campaigns
from dms.campaigns.spec import Scheme
from dms.campaigns.vocabulary import CriterionKind, NomineeKind, QuotaScope, TaskLevel
from dms.documents.models import Document
from dms.dossiers import scoring, service, summary
from dms.dossiers.facts import NO, YES, nominees_of
from dms.dossiers.guards import ensure_editable
from dms.dossiers.lifecycle import trail_of
from dms.dossiers.models import Attestation, Dossier, IndexScore, Nominee, Part
from dms.dossiers.parties import confers_itself
from dms.dossiers.reopening import ensure_data_open
from dms.errors import Conflict, Invalid, NotFound
from dms.policy import Actor
from dms.signing import service as signing
from dms.text import clean, fold

_HIGHEST_SCORE = Decimal(100)


@dataclass(frozen=True, slots=True)
class NomineeData:
    """What a clerk writes of a nominee.

    ``sections`` maps the campaign's contents (P03) to text, ``profile`` the fields of a report's first part (honorific,
    born_on in ISO form, address …).
    """

    kind: NomineeKind
    name: str
    position_title: str = ""
    workplace: str = ""
    achievement: str = ""
    sections: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """An index score in percent for a year and the paper that approved it; a score of None takes the year out."""

    year: int
    score: Decimal | None
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What the unit says on a criterion: ``yes``, ``no`` or a task level; an empty value takes it back."""

    criterion_id: str
    value: str
    note: str = ""


def get_nominee(session: Session, nominee_id: UUID, *, by: Actor) -> Nominee:
    """Return a nominee of a dossier that the actor may read. Raises NotFound."""
    nominee = session.get(Nominee, nominee_id)
    if nominee is None or nominee.removed_at is not None:
        raise NotFound("nominee_not_found")
    service.get(session, nominee.dossier_id, by=by)
    return nominee


def add_nominee(session: Session, dossier_id: UUID, data: NomineeData, *, by: Actor, now: datetime) -> Nominee:
    """Put somebody forward, at the end of the list.

    Raises Invalid("nominee_name_missing", "nominee_kind_not_allowed", "nominee_already_listed", "nominee_quota_full").
    """
    dossier = _editable(session, dossier_id, by=by)
    ensure_data_open(session, dossier, now=now)
    listed = nominees_of(session, dossier.id)
    _ensure_nominable(dossier, data, listed)
    _ensure_room(dossier, data.kind, listed)
    nominee = Nominee(dossier_id=dossier.id, ordinal=_last_ordinal(session, dossier.id) + 1)
    _write(nominee, data)
    session.add(nominee)
    session.flush()
    scoring.take(session, dossier, [nominee], now=now)
    _record(session, dossier, "dossier:nominee:add", nominee, by=by, now=now)
    return nominee


def edit_nominee(session: Session, nominee_id: UUID, data: NomineeData, *, by: Actor, now: datetime) -> Nominee:
    """Change what is written of a nominee; refusals as in ``add_nominee``."""
    nominee, dossier = _editable_nominee(session, nominee_id, by=by, now=now)
    others = [each for each in nominees_of(session, dossier.id) if each.id != nominee.id]
    _ensure_nominable(dossier, data, others)
    if data.kind is not nominee.kind:
        _ensure_room(dossier, data.kind, others)
    before = nominee.name
    _write(nominee, data)
    scoring.take(session, dossier, [nominee], now=now)
    _record(session, dossier, "dossier:nominee:edit", nominee, by=by, now=now, before=before)
    return nominee


def remove_nominee(session: Session, nominee_id: UUID, *, by: Actor, now: datetime) -> Nominee:
    """Take a nominee out of the list; the row and its papers stay, papers on their way to signers are called back."""
    nominee, dossier = _editable_nominee(session, nominee_id, by=by, now=now)
    for part in session.scalars(select(Part).where(Part.nominee_id == nominee.id)):
        signing.replace(session, _document(session, part), by=by, now=now)
    nominee.removed_at = now
    nominee.ordinal = _first_ordinal(session, dossier.id) - 1
    session.flush()
    _number_anew(session, nominees_of(session, dossier.id))
    _record(session, dossier, "dossier:nominee:remove", nominee, by=by, now=now)
    return nominee


def reorder_nominees(
    session: Session, dossier_id: UUID, order: Sequence[UUID], *, by: Actor, now: datetime
) -> list[Nominee]:
    """Put the nominees in a new order of their ids. Raises Conflict("nominees_changed") for another set of ids."""
    dossier = _editable(session, dossier_id, by=by)
    ensure_data_open(session, dossier, now=now)
    listed = {nominee.id: nominee for nominee in nominees_of(session, dossier.id)}
    if len(order) != len(listed) or set(order) != listed.keys():
        raise Conflict("nominees_changed")
    ordered = [listed[nominee_id] for nominee_id in order]
    _number_anew(session, ordered)
    record(session, trail_of(dossier), "dossier:nominee:reorder", by=by, now=now, order=[str(each) for each in order])
    summary.refresh(session, dossier, now=now)
    return ordered


def set_scores(
    session: Session, nominee_id: UUID, entries: Sequence[ScoreEntry], *, by: Actor, now: datetime
) -> Nominee:
    """Write index scores of years (P07-P11); a year that has an official score keeps that one.

    Raises Invalid("score_year_unknown", "score_out_of_range").
    """
    nominee, dossier = _editable_nominee(session, nominee_id, by=by, now=now)
    years = campaigns.spec_of(dossier.revision).years
    for entry in entries:
        _ensure_score(entry, years)
    kept = {score.year: score for score in nominee.scores if not score.is_official}
    official = {score.year for score in nominee.scores if score.is_official}
    for entry in entries:
        if entry.year not in official:
            _set_score(session, nominee, kept.get(entry.year), entry)
    session.flush()
    session.expire(nominee, ["scores"])
    told = {str(entry.year): str(entry.score) if entry.score is not None else None for entry in entries}
    _record(session, dossier, "dossier:nominee:score", nominee, by=by, now=now, scores=told)
    return nominee


def attest(session: Session, nominee_id: UUID, statements: Sequence[Statement], *, by: Actor, now: datetime) -> Nominee:
    """State what the unit says on criteria; a changed word asks the appraiser anew.

    Raises Invalid("criterion_unknown", "statement_value_unknown").
    """
    nominee, dossier = _editable_nominee(session, nominee_id, by=by, now=now)
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    for statement in statements:
        _ensure_statement(scheme, nominee.kind, statement)
    kept = {attestation.criterion_id: attestation for attestation in nominee.attestations}
    for statement in statements:
        _state(session, nominee, kept.get(statement.criterion_id), statement, by=by, now=now)
    session.flush()
    session.expire(nominee, ["attestations"])
    told = {statement.criterion_id: statement.value for statement in statements}
    _record(session, dossier, "dossier:nominee:attest", nominee, by=by, now=now, statements=told)
    return nominee


# --- guards


def _editable(session: Session, dossier_id: UUID, *, by: Actor) -> Dossier:
    dossier = service.get(session, dossier_id, by=by)
    ensure_editable(dossier, by)
    return dossier


def _editable_nominee(session: Session, nominee_id: UUID, *, by: Actor, now: datetime) -> tuple[Nominee, Dossier]:
    nominee = get_nominee(session, nominee_id, by=by)
    dossier = _editable(session, nominee.dossier_id, by=by)
    ensure_data_open(session, dossier, nominee.id, now=now)
    return nominee, dossier


def _ensure_nominable(dossier: Dossier, data: NomineeData, others: Sequence[Nominee]) -> None:
    scheme = campaigns.scheme_of(dossier.revision, dossier.scheme_code)
    clause = scheme.clause(data.kind)
    if not clean(data.name):
        raise Invalid("nominee_name_missing")
    if clause is None or (clause.unit_kinds and dossier.unit.kind not in clause.unit_kinds):
        raise Invalid("nominee_kind_not_allowed", kind=data.kind.value, scheme=scheme.title)
    if _is_the_unit(dossier, data) and confers_itself(dossier) and scheme.decision.special_authorities:
        raise Invalid("nominee_is_the_unit", nominee=clean(data.name))
    if any(_same(data, other) for other in others):
        raise Invalid("nominee_already_listed", nominee=clean(data.name))


def _ensure_room(dossier: Dossier, kind: NomineeKind, others: Sequence[Nominee]) -> None:
    """A number for each dossier is a limit here; one over the campaign is the coordinator's to keep (P13)."""
    clause = campaigns.scheme_of(dossier.revision, dossier.scheme_code).clause(kind)
    if clause is None or clause.quota.limit is None or clause.quota.scope is not QuotaScope.DOSSIER:
        return
    if sum(other.kind is kind for other in others) >= clause.quota.limit:
        raise Invalid("nominee_quota_full", kind=kind.value, limit=clause.quota.limit)


def _is_the_unit(dossier: Dossier, data: NomineeData) -> bool:
    """No head can award the body they head (P08): such a collective needs a dossier opened for the unit itself."""
    names = {fold(name.name) for name in dossier.unit.names}
    return data.kind is NomineeKind.COLLECTIVE and fold(data.name) in names


def _same(data: NomineeData, other: Nominee) -> bool:
    """One collective by its name and unit; one person by name, position and workplace: names alone repeat."""
    mine = (data.kind, fold(data.name), fold(data.position_title), fold(data.workplace))
    theirs = (other.kind, other.folded_name, fold(other.position_title), fold(other.workplace))
    return mine == theirs


def _ensure_score(entry: ScoreEntry, years: Sequence[int]) -> None:
    if entry.year not in years:
        raise Invalid("score_year_unknown", year=entry.year, years=list(years))
    if entry.score is not None and not 0 <= entry.score <= _HIGHEST_SCORE:
        raise Invalid("score_out_of_range", year=entry.year, score=entry.score)


def _ensure_statement(scheme: Scheme, kind: NomineeKind, statement: Statement) -> None:
    criterion = next((each for each in scheme.criteria if each.id == statement.criterion_id), None)
    if criterion is None or criterion.nominee_kind is not kind or criterion.kind is CriterionKind.INDEX_SCORE:
        raise Invalid("criterion_unknown", criterion=statement.criterion_id)
    if statement.value and statement.value not in values_of(criterion.kind):
        raise Invalid("statement_value_unknown", value=statement.value)


def values_of(kind: CriterionKind) -> tuple[str, ...]:
    """The values that a statement on a criterion of this kind may take."""
    return tuple(level.value for level in TaskLevel) if kind is CriterionKind.TASK_LEVEL else (YES, NO)


def best_of(kind: CriterionKind) -> str:
    """The value that fulfils any criterion of this kind."""
    return TaskLevel.EXCELLENT.value if kind is CriterionKind.TASK_LEVEL else YES


# --- rows


def _write(nominee: Nominee, data: NomineeData) -> None:
    nominee.kind = data.kind
    nominee.name = clean(data.name)
    nominee.folded_name = fold(data.name)
    nominee.position_title = clean(data.position_title)
    nominee.workplace = clean(data.workplace)
    nominee.achievement = clean(data.achievement)
    nominee.sections = {"contents": _filled(data.sections), "profile": _filled(data.profile)}


def _filled(texts: Mapping[str, str]) -> dict[str, Any]:
    return {key: value.strip() for key, value in texts.items() if value.strip()}


def _set_score(session: Session, nominee: Nominee, row: IndexScore | None, entry: ScoreEntry) -> None:
    if entry.score is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = IndexScore(nominee_id=nominee.id, year=entry.year, score=entry.score)
        session.add(row)
    row.score, row.approved_by = entry.score, clean(entry.approved_by)


def _state(
    session: Session, nominee: Nominee, row: Attestation | None, statement: Statement, *, by: Actor, now: datetime
) -> None:
    if not statement.value:
        if row is not None:
            session.delete(row)
        return
    if row is not None and (row.value, row.note) == (statement.value, clean(statement.note)):
        return
    if row is None:
        row = Attestation(nominee_id=nominee.id, criterion_id=statement.criterion_id)
        session.add(row)
    row.value, row.note = statement.value, clean(statement.note)
    row.stated_at, row.stated_by = now, by.person_id
    row.confirmed = row.confirmed_at = row.confirmed_by = None


def _last_ordinal(session: Session, dossier_id: UUID) -> int:
    last = session.scalar(select(func.max(Nominee.ordinal)).where(Nominee.dossier_id == dossier_id))
    return max(last or 0, 0)


def _first_ordinal(session: Session, dossier_id: UUID) -> int:
    """The lowest place taken; removed nominees stand below zero, where they take no place in the list."""
    first = session.scalar(select(func.min(Nominee.ordinal)).where(Nominee.dossier_id == dossier_id))
    return min(first or 0, 0)


def _number_anew(session: Session, ordered: Sequence[Nominee]) -> None:
    """Number from 1 in two steps, because no two rows may ever share a place."""
    beyond = max((nominee.ordinal for nominee in ordered), default=0) + len(ordered)
    for shift in (beyond, 0):
        for place, nominee in enumerate(ordered, start=1):
            nominee.ordinal = place + shift
        session.flush()


def _document(session: Session, part: Part) -> Document:
    return session.get_one(Document, part.document_id)


def _record(
    session: Session, dossier: Dossier, tag: str, nominee: Nominee, *, by: Actor, now: datetime, **data: Any
) -> None:
    told = {"nominee": nominee.id, "kind": nominee.kind.value, "name": nominee.name, **data}
    record(session, trail_of(dossier), tag, by=by, now=now, **told)
    summary.refresh(session, dossier, now=now)
