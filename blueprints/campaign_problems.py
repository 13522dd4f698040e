"""Problems of a campaign file in words: one table code → sentence. Pure."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dms.campaigns.problems import Problem

SENTENCES = {
    "file_empty": _l("The file is empty."),
    "yaml_unreadable": _l(
        "The text cannot be read as YAML: %(problem)s. Check the indentation, colons and quotes on this line."
    ),
    "character_refused": _l("There is a control character here. Delete it."),
    "alias_refused": _l("Anchors and aliases (& and *) are not taken. Write the value out."),
    "tag_refused": _l("Tags (%(value)s) are not taken. Write a plain value."),
    "nested_too_deep": _l("The file is nested deeper than %(limit)s levels."),
    "key_not_text": _l("A key must be plain text."),
    "key_repeated": _l("“%(value)s” stands here twice; it was given first on line %(first)s. Keep one."),
    "key_unknown": _l("“%(key)s” is not known here. Known: %(known)s."),
    "key_missing": _l("“%(key)s” is missing."),
    "day_invalid": _l("“%(value)s” is not a day. Write year-month-day, such as 2026-01-10."),
    "word_unknown": _l("“%(value)s” is not one of the words taken here: %(expected)s."),
    "code_malformed": _l(
        "“%(value)s” is not a proper code: lower-case letters, digits and single hyphens only (rule ids: P01, H02)."
    ),
    "text_empty": _l("There must be a text here."),
    "text_too_long": _l("The text is too long (at most %(expected)s characters)."),
    "list_empty": _l("There must be at least one entry here."),
    "number_too_small": _l("%(value)s is too small; at least %(expected)s."),
    "number_too_large": _l("%(value)s is too large; at most %(expected)s."),
    "type_wrong": _l("“%(value)s” has the wrong kind of value; expected: %(expected)s."),
    "code_repeated": _l("“%(value)s” is used twice. Codes are unique in their list."),
    "year_outside_period": _l("%(value)s lies outside the campaign's period."),
    "days_reversed": _l("%(value)s comes before %(after)s, which should be the earlier day."),
    "basis_unknown": _l("No legal basis has the code “%(value)s”. Known: %(known)s."),
    "parent_is_itself": _l("A campaign cannot be its own parent (%(value)s)."),
    "body_unknown": _l("No body has the role “%(value)s”. Known: %(known)s."),
    "participant_unknown": _l("No participant is of the kind “%(value)s”. Known: %(known)s."),
    "nominee_kind_not_in_scheme": _l("The scheme does not award the kind “%(value)s”. It awards: %(known)s."),
    "route_out_of_order": _l(
        "“%(value)s” cannot come after “%(before)s”: initials, approval, number, seal is the order."
    ),
    "stage_code_reserved": _l("“%(value)s” is a word of its own for on_refuse. Choose another code for the stage."),
    "quorum_without_number": _l("A quorum needs to say of how many: add needed."),
    "number_without_quorum": _l("needed is for stages with mode: quorum; this stage has another mode."),
    "quorum_too_large": _l("%(value)s must sign, but the stage has only %(most)s steps."),
    "due_twice": _l("Give a stage due_days or due_on, not both."),
    "no_stage_before": _l("There is no stage before the first one. A refusal here goes back to the clerk."),
    "stage_not_before": _l("No earlier stage of this route has the code “%(value)s”. Known: %(known)s."),
    "skip_without_leave": _l("skip_by says who may skip, but the stage is not skippable."),
    "never_skipped": _l("A stage with the step “%(value)s” is never skipped: without it the paper is not valid."),
    "all_skippable": _l("Every stage could be skipped, and then nobody would sign. Keep one that must be done."),
    "number_step_without_flag": _l("The route of “%(value)s” gives a number, but number_and_date is not set."),
    "council_without_minutes": _l("The council must meet, but no requirement is its minutes."),
    "simplified_with_council": _l("The simplified procedure has no council."),
    "simplified_with_minutes": _l("The simplified procedure has no council, so no paper can be its minutes."),
    "vote_without_council": _l("A vote is asked of a council that need not meet."),
    "path_without_body": _l("This way goes through a body that the file does not name: %(value)s."),
    "deadline_not_on_path": _l("The deadline “%(value)s” is for a hand-over that this procedure does not have."),
    "deadlines_reversed": _l("%(value)s comes before %(after)s, when the coordinator is still waiting for the units."),
    "deadlines_overlap": _l(
        "“%(value)s” and “%(other)s” are deadlines for the same hand-over; nobody could say which holds. Keep one."
    ),
    "deadlines_on_one_day": _l(
        "%(value)s is the deadline of the units as well; nothing is left in which to consolidate. Choose a later day."
    ),
    "deadline_before_period": _l("The deadline %(value)s comes before the period begins (%(after)s)."),
    "deadline_before_council": _l(
        "The deadline %(value)s leaves no day for the councils, which meet only after the period (%(after)s)."
    ),
    "principle_without_measure": _l("A principle of the kind “%(value)s” needs %(needs)s: how much it asks for."),
    "too_many_years": _l("%(value)s years are asked, and only %(most)s are judged."),
}


def problem_sentence(problem: Problem, source: str) -> str:
    """``file, line, column: what is wrong``, with the word that was probably meant."""
    params = {key: _readable(value) for key, value in problem.params.items()}
    text = str(SENTENCES[problem.code]) % params
    if "guess" in params:
        text = f"{text} {_('Did you mean “%(guess)s”?', guess=params['guess'])}"
    return _(
        "%(source)s, line %(line)s, column %(column)s: %(text)s",
        source=source,
        line=problem.line,
        column=problem.column,
        text=text,
    )


def _readable(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
