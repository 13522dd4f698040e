"""Why an act on units, people, roles, delegations or accounts was refused."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    # --- units
    "unit_not_found": _l("There is no such unit, or your position does not let you see it."),
    "unit_code_unknown": _l(
        "No unit has the code “%(unit)s”. The administrator enters units before campaigns name them."
    ),
    "unit_code_taken": _l("Another unit has the code “%(unit)s” already. Choose another code."),
    "unit_name_day_taken": _l("The unit already has a name from this very day. Choose another day."),
    "succession_to_itself": _l("A unit cannot succeed itself. Choose the unit to which the duties pass."),
    "succession_in_a_circle": _l(
        "That unit's duties passed to this one in the end, so this would be a circle. Check which of the two came first."
    ),
    "succession_exists": _l("This succession is entered already."),
    "succession_needs_units": _l(
        "A merger goes from several units into one, a split from one into several; anything else from one to one. Choose the units again."
    ),
    "split_into_one": _l("A split leaves at least two units. Choose the other parts too."),
    "unit_ended_already": _l("%(unit)s ended on %(on)s. Choose an earlier day, or the unit that carries its duties."),
    "unit_not_there_yet": _l("%(unit)s is founded on %(on)s only. Choose a later day, or correct its founding first."),
    "deciding_paper_missing": _l(
        "Units change by a decision only. Enter number, day and issuer of the paper that decides it."
    ),
    "event_before_paper": _l(
        "The paper was issued on %(paper)s; what it decides cannot hold before that day. Check the two days."
    ),
    "unit_below_itself": _l("A unit cannot stand under itself or under a unit below it. Choose another one."),
    "unit_superior_day_taken": _l("The unit is put under another one from this very day already. Choose another day."),
    "block_code_taken": _l("Another emulation block has the code “%(block)s” already. Choose another code."),
    "block_not_found": _l("There is no such emulation block any more. Open the page again."),
    "block_membership_not_found": _l("There is no such membership any more. Open the page again."),
    "block_membership_newer": _l(
        "%(unit)s joined a block on that day or later. A unit is in one block at a time: choose a later day."
    ),
    # --- people, seats, roles
    "person_not_found": _l("There is no such person, or your position does not let you see them."),
    "email_taken": _l("The address %(email)s belongs to another person already. Search for them in the list."),
    "acting_needs_paper": _l(
        "An acting head (Q.) is appointed in writing. Enter number, day and issuer of the paper of appointment."
    ),
    "absence_over": _l("These days are over already. Enter an absence that is still to come, or that lasts."),
    "absence_stand_in_oneself": _l("You cannot stand in for yourself. Choose a colleague, or nobody."),
    "absence_not_found": _l("There is no such absence any more. Open the page again."),
    "notice_not_found": _l("There is no such notice any more. Open the page again."),
    "period_empty": _l("The last day must come after the first day."),
    "appointment_not_found": _l("There is no such appointment any more. Open the page again."),
    "appointment_capacity_not_allowed": _l(
        "A seat is held in one's own right or as acting head (Q.). KT., TL. and TUQ. follow from a written delegation (Nghị định 30/2020/NĐ-CP, art. 13)."
    ),
    "role_granted_already": _l("The person already has this role in this unit on that day."),
    "role_grant_not_found": _l("There is no such role any more. Open the page again."),
    "own_administration": _l(
        "You cannot take the administrator's role from yourself: nobody might be left to give it back. Let another administrator do it."
    ),
    # --- delegations
    "delegation_not_found": _l("There is no such delegation any more. Open the page again."),
    "delegation_capacity_not_allowed": _l(
        "A delegation gives the power line KT., TL. or TUQ. (Nghị định 30/2020/NĐ-CP, art. 13). Choose one of them."
    ),
    "delegation_period_empty": _l("The delegation must end after the day on which it begins."),
    "delegation_basis_missing": _l(
        "Power to sign is given in writing (Nghị định 30/2020/NĐ-CP, art. 13). Name the paper: a decision on the division of work, working rules, a letter of authority."
    ),
    "delegation_paper_missing": _l(
        "Nobody could find the paper by which you delegate. Upload it, or enter its number, its day and who issued it."
    ),
    "delegation_before_paper": _l(
        "The paper was issued on %(paper)s; the power cannot begin before that day. Choose a later first day."
    ),
    "delegation_backdated": _l(
        "A power to sign begins today or later: what was signed without one is not made lawful afterwards. Choose another first day."
    ),
    "delegation_needs_deputy": _l(
        "%(person)s is no deputy of this unit on the first day, and only a deputy signs KT. (Nghị định 30/2020/NĐ-CP, art. 13.1, 13.2). Choose a deputy, or TL./TUQ. for the head of a unit below."
    ),
    "delegation_needs_head_below": _l(
        "%(person)s heads no unit below this one on the first day; TL. and TUQ. are for such heads only (Nghị định 30/2020/NĐ-CP, art. 13.3, 13.4). Choose one of them, or KT. for a deputy."
    ),
    "delegation_scope_missing": _l(
        "TUQ. is limited in time and in content (Nghị định 30/2020/NĐ-CP, art. 13.3). Choose for which kinds of paper or which award it is given."
    ),
    "delegation_overlaps": _l(
        "This person can already sign such papers in these days, by “%(basis)s” (%(since)s – %(until)s). End that delegation first, or choose other days or papers: for each paper one capacity only."
    ),
    "delegation_to_oneself": _l("You cannot delegate to yourself. Choose a colleague."),
    "delegation_not_passed_on": _l(
        "Only the head in person delegates signing; a power that was delegated cannot be passed on (Nghị định 30/2020/NĐ-CP, art. 13)."
    ),
    # --- accounts
    "account_exists": _l("The person has a log-in already (%(email)s). Reset its password instead."),
    "account_not_found": _l("There is no such log-in any more. Open the page again."),
    "own_account": _l("You cannot close your own log-in. Let another administrator do it."),
}
