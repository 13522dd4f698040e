"""Findings in words: one table code → sentence, and the labels that the sentences need. Pure."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dms.completeness.model import Finding, Fixer

SENTENCES = {
    "nominees_present": _l("The dossier nominates %(count)s."),
    "nominees_missing": _l("The dossier nominates nobody yet. Add at least one collective or individual."),
    "nominee_allowed": _l("%(nominee)s can be nominated under this scheme."),
    "nominee_kind_refused": _l(
        "%(nominee)s: this scheme does not award a nominee of this kind (%(kind)s). Remove the nominee or open a dossier under another scheme."
    ),
    "nominee_unit_kind_unknown": _l(
        "%(nominee)s: the kind of unit is not recorded, so nobody can tell whether the scheme covers it. Record the unit."
    ),
    "nominee_unit_kind_refused": _l(
        "%(nominee)s: this scheme does not cover this kind of unit. Remove the nominee or open a dossier under another scheme."
    ),
    "nominee_once": _l("%(nominee)s is nominated once in this campaign."),
    "nominee_repeated": _l("%(nominee)s is also nominated in another dossier of this campaign. Keep one of the two."),
    "nominee_repetition_unknown": _l(
        "%(nominee)s may be the same as a nominee of another dossier. The appraiser has to decide."
    ),
    "quota_open": _l("The campaign sets no number for this kind (%(kind)s); the head decides. Nominated: %(count)s."),
    "quota_kept": _l("%(count)s of at most %(limit)s (%(kind)s)."),
    "quota_exceeded": _l(
        "The list holds %(count)s (%(kind)s), and at most %(limit)s may be awarded. Take the surplus out of the list."
    ),
    "quota_exceeded_here": _l(
        "This dossier alone nominates %(count)s (%(kind)s), and at most %(limit)s may be awarded. Choose the most outstanding."
    ),
    "deadline_kept": _l("In time: the dossier is due before %(before)s (days left: %(days_left)s)."),
    "late_refused": _l(
        "Late: the dossier was due before %(before)s, and this campaign takes no late dossiers. Speak to the body that receives it."
    ),
    "late_flagged": _l("Late: the dossier was due before %(before)s. It can be sent, and is marked as late."),
    "council_met": _l("The council met on %(met_on)s."),
    "council_day_unknown": _l("The day of the council's meeting is not recorded. Record it from the minutes."),
    "council_too_early": _l(
        "The council met on %(met_on)s, and the campaign asks for a meeting from %(not_before)s on, once the period is over."
    ),
    "votes_enough": _l("%(nominee)s: %(votes)s of %(members)s members agree (at least %(percent)s%% are needed)."),
    "votes_short": _l(
        "%(nominee)s: %(votes)s of %(members)s members agree, and at least %(percent)s%% of all members are needed. Absent members are asked in writing."
    ),
    "votes_unknown": _l("%(nominee)s: the result of the vote is not recorded. Enter it from the minutes."),
    "votes_impossible": _l("%(nominee)s: %(votes)s votes of %(members)s members cannot be. Check the minutes."),
    "document_present": _l("%(title)s: there."),
    "document_optional": _l("%(title)s: not there, and not required."),
    "document_missing": _l("%(title)s: missing. Draft or upload it."),
    "document_withdrawn": _l("%(title)s: the version was withdrawn. Upload a new one."),
    "media_accepted": _l("%(title)s: the kind of file is accepted."),
    "media_refused": _l(
        "%(title)s: this kind of file is not accepted here. Upload one of a kind that this requirement takes."
    ),
    "media_unknown": _l(
        "%(title)s: the kind of file has not been examined yet. Wait a moment; tell the administrator if it stays so."
    ),
    "document_readable": _l("%(title)s: opens and can be read."),
    "document_unreadable": _l("%(title)s: cannot be opened. Upload an undamaged file without a password."),
    "readability_unknown": _l(
        "%(title)s: no text could be read from it (it may be a scan). A person has to look at it."
    ),
    "document_safe": _l("%(title)s: holds nothing active or hidden."),
    "document_unsafe": _l(
        "%(title)s: holds content that can run or change (scripts, forms, external links to content). Export it again as a plain PDF."
    ),
    "safety_unknown": _l("%(title)s: has not been examined yet. Wait a moment; tell the administrator if it stays so."),
    "form_final": _l("%(title)s: is a PDF and can be signed."),
    "form_not_final": _l("%(title)s: must be a PDF to be signed. Convert the draft, or upload a PDF."),
    "stage_signed": _l("%(title)s: “%(stage)s” is done."),
    "stage_skipped": _l("%(title)s: “%(stage)s” was skipped, as the campaign allows."),
    "stage_unsigned": _l("%(title)s: “%(stage)s” is open; it waits for %(position)s."),
    "stage_signature_invalid": _l(
        "%(title)s: the signature for “%(stage)s” does not verify. Have the paper signed again."
    ),
    "stage_wrong_unit": _l(
        "%(title)s: “%(stage)s” was signed by somebody of another unit. It needs %(position)s of the right unit."
    ),
    "stage_not_entitled": _l(
        "%(title)s: “%(stage)s” was signed by somebody who neither held the position nor was delegated on that day. It needs %(position)s."
    ),
    "stage_wrong_capacity": _l(
        "%(title)s: “%(stage)s” was signed in a capacity that is not allowed here. It needs %(position)s in a proper capacity."
    ),
    "stage_signature_unproven": _l(
        "%(title)s: the signature for “%(stage)s” could not be verified (a revocation or time-stamp service did not answer). Try again later."
    ),
    "signatures_valid": _l("%(title)s: all signatures are valid."),
    "signature_invalid": _l(
        "%(title)s: one of its signatures is not valid. Upload an unchanged file, or have it signed again."
    ),
    "signature_unproven": _l("%(title)s: one of its signatures could not be verified. Try again later."),
    "number_given": _l("%(title)s: number %(number)s of %(issued_on)s."),
    "number_missing": _l("%(title)s: has no number and date yet. The registrar gives them."),
    "number_free": _l("%(title)s: number %(number)s is not used by another paper."),
    "number_taken": _l(
        "%(title)s: number %(number)s is already used by another paper of this body. The registrar gives another."
    ),
    "number_unchecked": _l("%(title)s: number %(number)s has not been compared with the register."),
    "nominees_agree": _l("%(title)s: names the nominees as the dossier does."),
    "nominees_differ": _l("%(title)s: does not name: %(missing)s. Correct the paper or the list."),
    "nominees_unknown": _l("%(title)s: whether it names the nominees could not be read. A person has to look."),
    "unit_agree": _l("%(title)s: names the unit as the dossier does."),
    "unit_differ": _l("%(title)s: does not name the unit: %(missing)s. Correct the paper."),
    "unit_unknown": _l("%(title)s: whether it names the unit could not be read. A person has to look."),
    "scheme_agree": _l("%(title)s: names the award as the dossier does."),
    "scheme_differ": _l("%(title)s: does not name the award: %(missing)s. Correct the paper."),
    "scheme_unknown": _l("%(title)s: whether it names the award could not be read. A person has to look."),
    "years_agree": _l("%(title)s: names the years as the dossier does."),
    "years_differ": _l("%(title)s: does not name the years: %(missing)s. Correct the paper."),
    "years_unknown": _l("%(title)s: whether it names the years could not be read. A person has to look."),
    "piece_not_returned": _l("%(title)s: nothing is asked to be mended."),
    "piece_returned": _l("%(title)s: was sent back (%(reason)s). Upload a new version."),
    "score_reached": _l("%(nominee)s: index score of %(percent)s%% or more in %(good)s."),
    "score_short": _l(
        "%(nominee)s: an index score of %(percent)s%% or more is needed in %(needed)s years, and cannot be reached any more. Reached in: %(good)s."
    ),
    "score_not_proven": _l(
        "%(nominee)s: an index score of %(percent)s%% or more is needed in %(needed)s years; no approved score for %(open)s. Enter the scores with the approving paper."
    ),
    "plan_completed": _l("%(nominee)s: %(percent)s%% of the plan done on schedule in %(years)s."),
    "plan_short": _l("%(nominee)s: the plan was not done to %(percent)s%% on schedule in %(years)s."),
    "plan_not_proven": _l(
        "%(nominee)s: nothing shows that %(percent)s%% of the plan was done in %(years)s. Enter the result, or attest it."
    ),
    "tasks_done": _l("%(nominee)s: tasks done as asked in %(years)s."),
    "tasks_below": _l("%(nominee)s: tasks were done below “%(level)s” in %(years)s."),
    "tasks_not_proven": _l("%(nominee)s: no paper shows “%(level)s” for %(years)s. Name the paper, or attest it."),
    "statement_missing": _l("%(nominee)s: nobody has attested: “%(text)s”. Attest it, if it is so."),
    "year_statement_missing": _l(
        "%(nominee)s: nothing is stated for %(years)s: “%(text)s”. State it for each year and name the paper."
    ),
    "year_without_paper": _l(
        "%(nominee)s: attested without a paper for %(years)s, waits for the appraiser: “%(text)s”. Number and day of the paper would prove it."
    ),
    "year_papers_named": _l("%(nominee)s: shown by papers (%(papers)s): “%(text)s”."),
    "year_denied": _l("%(nominee)s: the unit says that it was not so in %(years)s: “%(text)s”."),
    "unit_attested": _l("%(nominee)s: attested by the unit, waits for the appraiser: “%(text)s”."),
    "unit_denied": _l("%(nominee)s: the unit says that this is not so: “%(text)s”."),
    "appraiser_confirmed": _l("%(nominee)s: the appraiser confirmed: “%(text)s”."),
    "appraiser_denied": _l("%(nominee)s: the appraiser found that this is not so: “%(text)s”."),
    "head_set_none": _l("The head set no further criteria."),
    "head_criteria_open": _l("%(nominee)s: the further criteria of the head are not attested. %(texts)s"),
}

POSITIONS = {
    "head": _l("the head"),
    "deputy_head": _l("a deputy head"),
    "council_chair": _l("the chair of the council"),
    "council_secretary": _l("the secretary of the council"),
    "specialist": _l("the specialist in charge"),
    "registrar": _l("the registrar"),
}

NOMINEE_KINDS = {
    "collective": _l("collectives"),
    "household": _l("households"),
    "individual": _l("individuals"),
}

LEVELS = {
    "not_done": _l("tasks not done"),
    "done": _l("tasks done"),
    "good": _l("tasks done well"),
    "excellent": _l("tasks done excellently"),
}

FIXERS = {
    "clerk": _l("the unit's clerk"),
    "head": _l("the unit's head"),
    "council": _l("the council"),
    "registrar": _l("the registrar's desk"),
    "coordinator": _l("the coordinator"),
    "appraiser": _l("the appraiser"),
    "chair": _l("the Chair's office"),
    "administrator": _l("the administrator"),
}

_LABELS = {"position": POSITIONS, "kind": NOMINEE_KINDS, "level": LEVELS}


def sentence(finding: Finding) -> str:
    """The finding in the reader's language: what, and what to do. The rule stands beside it as ``citation``."""
    return str(SENTENCES[finding.code]) % readable(finding.params)


def who(fixer: Fixer) -> str:
    """Who can put a finding right, in the reader's language."""
    return str(FIXERS[fixer.value])


def readable(params: Mapping[str, object]) -> dict[str, str]:
    """The fields of a sentence as people write them: labels for words of the file, days as 10/01/2026."""
    return {key: _readable(key, value) for key, value in params.items()}


def _readable(key: str, value: object) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if key in _LABELS:
        return str(_LABELS[key][str(value)])
    if value in ("", None):
        return _("not named") if key == "nominee" else _("none")
    return str(value)
