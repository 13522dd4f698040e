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
    # --- people, seats, roles
    "person_not_found": _l("There is no such person, or your position does not let you see them."),
    "email_taken": _l("The address %(email)s belongs to another person already. Search for them in the list."),
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
    "delegation_to_oneself": _l("You cannot delegate to yourself. Choose a colleague."),
    "delegation_not_passed_on": _l(
        "Only the head in person delegates signing; a power that was delegated cannot be passed on (Nghị định 30/2020/NĐ-CP, art. 13)."
    ),
    # --- accounts
    "account_exists": _l("The person has a log-in already (%(email)s). Reset its password instead."),
    "account_not_found": _l("There is no such log-in any more. Open the page again."),
    "own_account": _l("You cannot close your own log-in. Let another administrator do it."),
}
