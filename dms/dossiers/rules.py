"""From the campaign's words to the rules that judge one dossier. Pure."""

from dataclasses import replace
from datetime import timedelta

from dms.campaigns import spec as file
from dms.campaigns.parts import Cited, Stage, Step
from dms.campaigns.vocabulary import (
    DeadlineKind,
    DecisionPath,
    DocumentKind,
    NomineeKind,
    QuotaScope,
    Scope,
    StageMode,
)
from dms.completeness import model as judged
from dms.errors import NotFound

# Whichever hand-over is the unit's own: to the coordinator, or to its head where no coordinator stands between.
_UNIT_DEADLINES = {
    DecisionPath.THROUGH_COORDINATOR: DeadlineKind.TO_COORDINATOR,
    DecisionPath.OWN_HEAD: DeadlineKind.TO_HEAD,
}


def completeness_rules(spec: file.CampaignSpec, scheme_code: str) -> judged.Rules:
    """The rules by which a dossier under this scheme is judged (P07-P18). Raises NotFound("scheme_not_found")."""
    scheme = spec.scheme(scheme_code)
    if scheme is None:
        raise NotFound("scheme_not_found", scheme=scheme_code, campaign=spec.code)
    return judged.Rules(
        scheme=scheme.code,
        cite=_cite(spec, scheme),
        years=tuple(sorted(spec.years)),
        yearly=scheme.occurrence == "yearly",
        clauses=tuple(_clause(spec, clause) for clause in scheme.nominees),
        requirements=tuple(_requirement(spec, requirement) for requirement in required(scheme)),
        criteria=tuple(_criterion(spec, criterion) for criterion in scheme.criteria),
        deadline=_deadline(spec, scheme),
        council=_council(spec, scheme),
        vote=None if scheme.procedure.simplified else _vote(spec, scheme.procedure.council.vote),
    )


def required(scheme: file.Scheme) -> tuple[file.Requirement, ...]:
    """The papers of a dossier; under the simplified procedure no council meets and leaves minutes (P14, P17)."""
    if not scheme.procedure.simplified:
        return scheme.requirements
    return tuple(each for each in scheme.requirements if each.document_kind is not DocumentKind.MINUTES)


def _cite(spec: file.CampaignSpec, cited: Cited | file.Vote) -> judged.Cite:
    return judged.Cite(cited.rule, spec.cite(cited.citation))


def _clause(spec: file.CampaignSpec, clause: file.NomineeClause) -> judged.Clause:
    return judged.Clause(
        kind=judged.NomineeKind(clause.kind),
        cite=_cite(spec, clause),
        unit_kinds=frozenset(kind.value for kind in clause.unit_kinds),
        limit=clause.quota.limit,
        over_campaign=clause.quota.scope is QuotaScope.CAMPAIGN,
    )


def _requirement(spec: file.CampaignSpec, requirement: file.Requirement) -> judged.Requirement:
    return judged.Requirement(
        code=requirement.code,
        title=requirement.title,
        cite=_cite(spec, requirement),
        per_nominee=requirement.scope is Scope.NOMINEE,
        nominee_kinds=frozenset(kind for kind in judged.NomineeKind if requirement.is_asked_of(NomineeKind(kind))),
        optional=requirement.optional,
        number_and_date=requirement.number_and_date,
        mentions=tuple(mention.value for mention in requirement.mentions),
        stages=tuple(_stage(stage) for stage in requirement.route),
    )


def _stage(stage: Stage) -> judged.Stage:
    needed = {StageMode.ALL_OF: None, StageMode.ANY_OF: 1, StageMode.QUORUM: stage.needed}[stage.mode]
    return judged.Stage(stage.title, tuple(_step(step) for step in stage.steps), needed)


def _step(step: Step) -> judged.Step:
    capacities = frozenset(capacity.value for capacity in step.capacities)
    return judged.Step(step.action.value, step.position.value, step.unit.value, capacities)


def _criterion(spec: file.CampaignSpec, criterion: file.Criterion) -> judged.Criterion:
    common = judged.Criterion(
        id=criterion.id,
        kind=judged.CheckKind(criterion.kind),
        nominee_kind=judged.NomineeKind(criterion.nominee_kind),
        text=criterion.text,
        cite=_cite(spec, criterion),
        when_not_met=judged.Weight(criterion.when_not_met),
        when_not_proven=judged.Weight(criterion.when_not_proven),
    )
    return _with_measure(common, criterion)


def _with_measure(common: judged.Criterion, criterion: file.Criterion) -> judged.Criterion:
    """Add what only this kind of criterion measures."""
    match criterion:
        case file.IndexScore():
            return replace(
                common,
                percent=criterion.min_percent,
                years_at_least=criterion.years_at_least,
                approved=criterion.approved,
            )
        case file.PlanCompleted():
            return replace(common, percent=criterion.percent)
        case file.TaskLevelReached():
            return replace(common, level=judged.TaskLevel(criterion.level))
        case file.Statement():
            return replace(common, every_year=criterion.every_year)
        case file.HeadDefined():
            return common


def _deadline(spec: file.CampaignSpec, scheme: file.Scheme) -> judged.Deadline | None:
    kind = _UNIT_DEADLINES[scheme.procedure.path]
    found = next((deadline for deadline in scheme.deadlines if deadline.kind is kind), None)
    if found is None:
        return None
    return judged.Deadline(found.code, found.before, refuse=found.late == "refuse", cite=_cite(spec, found))


def _council(spec: file.CampaignSpec, scheme: file.Scheme) -> judged.CouncilRule | None:
    """The council meets once the period is over: from the day after its last day (P15)."""
    procedure = scheme.procedure
    if not procedure.has_council:
        return None
    first = spec.period.ends_on + timedelta(days=1) if procedure.council.after_period else None
    return judged.CouncilRule(_cite(spec, procedure), first)


def _vote(spec: file.CampaignSpec, vote: file.Vote | None) -> judged.Vote | None:
    return judged.Vote(vote.percent, _cite(spec, vote), judged.Weight(vote.when_not_proven)) if vote else None
