"""Checks of the dossier as a whole: whom it nominates, how many, when it came, and how the council voted."""

from collections.abc import Iterator
from typing import Any

from dms.completeness.model import (
    CheckKind,
    Clause,
    Deadline,
    Facts,
    Finding,
    Fixer,
    Nominee,
    Place,
    Rules,
    Severity,
    Subject,
    SubjectKind,
    Vote,
    Weight,
)
from dms.completeness.pieces import Outcome, broken, finding, met, nominees_in_order, unproven


def check_nominees_exist(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """A dossier nominates at least one collective or individual (P04)."""
    count = len(facts.nominees)
    outcome = met("nominees_present", count=count) if count else broken("nominees_missing")
    yield finding(CheckKind.NOMINEES_EXIST, rules.cite, outcome, subject=_dossier(facts), place=Place(field="nominees"))


def check_nominee_allowed(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """Each nominee is of a kind, and from a kind of unit, that the scheme awards (P02, P04)."""
    clauses = {clause.kind: clause for clause in rules.clauses}
    for nominee in nominees_in_order(facts):
        clause = clauses.get(nominee.kind)
        cite = clause.cite if clause else rules.cite
        place = Place(nominee=nominee.id, field="kind")
        outcome = allowed(clause, nominee)
        yield finding(CheckKind.NOMINEE_ALLOWED, cite, outcome, subject=_nominee(nominee), place=place)


def allowed(clause: Clause | None, nominee: Nominee) -> Outcome:
    """The kinds agree; a unit kind that nobody recorded is not proven."""
    params: dict[str, Any] = {"nominee": nominee.name, "kind": nominee.kind.value}
    if clause is None:
        return broken("nominee_kind_refused", **params)
    if clause.unit_kinds and nominee.unit_kind is None:
        return unproven("nominee_unit_kind_unknown", **params)
    if clause.unit_kinds and nominee.unit_kind not in clause.unit_kinds:
        return broken("nominee_unit_kind_refused", **params, unit_kind=nominee.unit_kind)
    return met("nominee_allowed", **params)


def check_nominee_once(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """Nobody is nominated twice in the campaign, here or by another unit."""
    for nominee in nominees_in_order(facts):
        place = Place(nominee=nominee.id, field="name")
        yield finding(CheckKind.NOMINEE_ONCE, rules.cite, once(nominee), subject=_nominee(nominee), place=place)


def once(nominee: Nominee) -> Outcome:
    """One achievement is awarded once; who may be the same person is decided by people."""
    if nominee.nominated_elsewhere is None:
        return unproven("nominee_repetition_unknown", Fixer.APPRAISER, nominee=nominee.name)
    if nominee.nominated_elsewhere:
        return broken("nominee_repeated", severity=Severity.WARNING, nominee=nominee.name)
    return met("nominee_once", nominee=nominee.name)


def check_quota(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """No more of a kind than the campaign awards (P13)."""
    for clause in rules.clauses:
        place = Place(field=f"quota:{clause.kind.value}")
        outcome = quota(clause, facts)
        yield finding(CheckKind.QUOTA, clause.cite, outcome, subject=_dossier(facts), place=place)


def quota(clause: Clause, facts: Facts) -> Outcome:
    """Over the campaign's list it stops the coordinator; a unit that nominates many is only warned."""
    here = sum(nominee.kind is clause.kind for nominee in facts.nominees)
    if clause.limit is None:
        return met("quota_open", kind=clause.kind.value, count=here)
    listed = facts.quota_used.get(clause.kind) if clause.over_campaign else None
    count = here if listed is None else listed
    params: dict[str, Any] = {"kind": clause.kind.value, "count": count, "limit": clause.limit}
    if count <= clause.limit:
        return met("quota_kept", **params)
    if listed is not None:
        return broken("quota_exceeded", Fixer.COORDINATOR, **params)
    severity = Severity.WARNING if clause.over_campaign else Severity.BLOCKING
    return broken("quota_exceeded_here", severity=severity, **params)


def check_in_time(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """The dossier is handed over before the day; the day itself is too late (P18)."""
    if deadline := rules.deadline:
        place = Place(field=f"deadline:{deadline.code}")
        yield finding(CheckKind.IN_TIME, deadline.cite, in_time(deadline, facts), subject=_dossier(facts), place=place)


def in_time(deadline: Deadline, facts: Facts) -> Outcome:
    """Late is refused or flagged, as the campaign says."""
    params: dict[str, Any] = {"before": deadline.before, "day": facts.day}
    if facts.day < deadline.before:
        return met("deadline_kept", **params, days_left=(deadline.before - facts.day).days)
    if deadline.refuse:
        return broken("late_refused", Fixer.COORDINATOR, **params)
    return broken("late_flagged", Fixer.COORDINATOR, severity=Severity.WARNING, **params)


def check_council_met(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """The unit's council has met, after the period where the campaign says so (P15)."""
    if rules.council:
        outcome = council_met(rules, facts)
        place = Place(field="council_met_on")
        yield finding(CheckKind.COUNCIL_MET, rules.council.cite, outcome, subject=_dossier(facts), place=place)


def council_met(rules: Rules, facts: Facts) -> Outcome:
    """A meeting on the last day of the period or before it came too early."""
    not_before = rules.council.not_before if rules.council else None
    if facts.council_met_on is None:
        return unproven("council_day_unknown", Fixer.COUNCIL)
    params: dict[str, Any] = {"met_on": facts.council_met_on, "not_before": not_before}
    if not_before and facts.council_met_on < not_before:
        return broken("council_too_early", Fixer.COUNCIL, severity=Severity.WARNING, **params)
    return met("council_met", **params)


def check_votes(rules: Rules, facts: Facts) -> Iterator[Finding]:
    """Each nominee has the share of votes that the campaign asks for, of all members of the council."""
    if rules.vote:
        for nominee in nominees_in_order(facts):
            place = Place(nominee=nominee.id, field="votes_for")
            outcome = votes(rules.vote, nominee, facts.council_members)
            yield finding(CheckKind.VOTES, rules.vote.cite, outcome, subject=_nominee(nominee), place=place)


def votes(vote: Vote, nominee: Nominee, members: int | None) -> Outcome:
    """Counted in whole numbers: 100 x yes >= percent x members."""
    if nominee.votes_for is None or not members:
        severity = Severity.BLOCKING if vote.when_not_proven is Weight.BLOCK else Severity.WARNING
        return unproven("votes_unknown", Fixer.COUNCIL, severity=severity, nominee=nominee.name)
    params: dict[str, Any] = {
        "nominee": nominee.name,
        "votes": nominee.votes_for,
        "members": members,
        "percent": vote.percent,
    }
    if not 0 <= nominee.votes_for <= members:
        return broken("votes_impossible", Fixer.COUNCIL, **params)
    if 100 * nominee.votes_for >= vote.percent * members:
        return met("votes_enough", **params)
    return broken("votes_short", Fixer.COUNCIL, **params)


def _dossier(facts: Facts) -> Subject:
    return Subject(SubjectKind.DOSSIER, facts.dossier)


def _nominee(nominee: Nominee) -> Subject:
    return Subject(SubjectKind.NOMINEE, nominee.id)
