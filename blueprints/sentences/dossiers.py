"""Why an act on dossiers was refused."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "council_not_foreseen": _l(
        "This award follows the simplified procedure: no council meets and the dossier holds no minutes, so there is nothing to record."
    ),
    "version_newer": _l(
        "Since you opened the page, %(author)s has put version %(number)s in this place. Look at it, then decide whether your file goes on top."
    ),
    "kept_file_gone": _l(
        "The file is no longer kept for you: more than %(hours)s hours have passed, or it belongs to another place. Upload it again."
    ),
    "meeting_times_wrong": _l("The meeting cannot end before it begins. Correct the times."),
    "meeting_members_disagree": _l(
        "%(listed)s members are written down, but the numbers say %(total)s, or other numbers of those present and of written opinions. Correct the list or the numbers."
    ),
    "meeting_one_chair": _l("Only one member can chair the council. Correct the roles."),
    "minutes_facts_missing": _l(
        "The minutes cannot be drafted yet; still missing: %(missing)s. Enter them on the page of the council's meeting."
    ),
    "dossier_not_found": _l(
        "There is no such dossier, or your position does not let you see it. Open the list of dossiers and choose one."
    ),
    "dossier_status_forbids": _l(
        "This act is not possible any more: the dossier has moved on. Open it again and look at what stands there now."
    ),
    "dossier_closed_for_changes": _l(
        "Dossier %(dossier)s lies with another body now, so nothing in it can be changed. Ask that body to return it if something has to be mended."
    ),
    "dossier_already_open": _l(
        "Your unit already has dossier %(dossier)s for this award. Go on with that one; to start anew, withdraw it first."
    ),
    "dossier_incomplete": _l(
        "The dossier cannot be submitted yet: %(count)s things stop it. They are listed below with the rule behind each; put them right and submit again."
    ),
    "dossier_code_taken": _l("Many dossiers are being opened at this moment. Wait a minute and open yours again."),
    "unit_abolished": _l(
        "%(unit)s no longer exists since %(on)s, so it cannot open a dossier. Open it for the unit that took over its duties."
    ),
    "unit_kind_not_allowed": _l(
        "%(unit)s does not take part in this campaign: the plan names other kinds of units. Choose another unit or another campaign."
    ),
    "unit_outside_campaign": _l(
        "This campaign is of %(issuer)s and for its own units; %(unit)s is not one of them. Choose your own campaign."
    ),
    "year_outside_campaign": _l("The campaign does not cover the year %(year)s. Choose one of: %(years)s."),
    "body_missing": _l(
        "The campaign file does not say which body is meant here, so nobody could receive or sign. Ask the administrator to complete the campaign file."
    ),
    "nominee_not_found": _l("There is no such nominee any more. Open the dossier again and look at its list."),
    "nominee_not_in_dossier": _l(
        "This nominee is not in the dossier, or the paper is not asked of it. Open the dossier again and choose from its list."
    ),
    "nominee_name_missing": _l("The nominee has no name. Write the name as it has to stand on the award."),
    "nominee_kind_not_allowed": _l(
        "“%(scheme)s” does not award this kind of nominee. Choose the other kind, or open a dossier under another award."
    ),
    "nominee_is_the_unit": _l(
        "%(nominee)s is the unit itself, and its own head cannot award it: the plan gives that to the steering committee. Open a dossier for the unit itself."
    ),
    "nominee_already_listed": _l("%(nominee)s is in the list already. One nominee stands in a dossier only once."),
    "nominee_quota_full": _l(
        "The dossier already holds the %(limit)s nominees of this kind that the campaign allows. Remove one before you add another."
    ),
    "nominees_changed": _l(
        "Somebody changed the list of nominees a moment before you. Open the dossier again and repeat the step."
    ),
    "score_year_unknown": _l("The campaign does not judge the year %(year)s. Scores are entered for: %(years)s."),
    "score_out_of_range": _l("%(score)s is not a score in percent for %(year)s. Enter a number between 0 and 100."),
    "criterion_unknown": _l("This criterion is not asked of this nominee. Open the nominee's page again."),
    "statement_value_unknown": _l("“%(value)s” is not one of the answers. Choose one from the list."),
    "meeting_in_future": _l("The council cannot have met on %(held_on)s: that day is still to come. Correct the day."),
    "meeting_numbers_wrong": _l(
        "The numbers do not fit: of %(total)s members, %(present)s present and the written opinions together cannot be more than all. Correct them after the minutes."
    ),
    "votes_over_members": _l(
        "%(nominee)s: %(votes)s votes cannot be, for %(most)s members were present or gave a written opinion. Correct the number after the minutes."
    ),
    "requirement_unknown": _l("The campaign asks for no such paper here. Open the dossier again and choose its place."),
    "media_not_accepted": _l(
        "“%(title)s” has to be a file of another kind: %(media_types)s. Save it in one of these and send it again."
    ),
    "piece_not_reopened": _l(
        "Dossier %(dossier)s was returned for certain pieces only, and this is not one of them, so it stays as it was examined. Change the pieces that the return names, or ask the body that returned it to name this one, too."
    ),
    "draft_not_possible": _l("“%(title)s” cannot be drafted from data. Write it yourself and upload it."),
    "part_not_found": _l("There is no such paper in a dossier that you may see. Open the dossier again."),
    "part_not_ready": _l(
        "“%(title)s” cannot be sent for signing now: it is not a PDF yet, it is being signed, or it is signed already. Look at its state in the dossier."
    ),
    "nothing_to_sign": _l(
        "No paper of dossier %(dossier)s is ready to be signed. Draft or upload one; a Word file becomes a PDF within a minute."
    ),
    "return_item_unknown": _l("The piece to return (%(item)s) is not in this dossier. Choose from its list of pieces."),
}
