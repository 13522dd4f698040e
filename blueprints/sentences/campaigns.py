"""Why an act on campaigns was refused."""

from flask_babel import lazy_gettext as _l

SENTENCES = {
    "calendar_invalid": _l(
        "The calendar of working days (%(file)s) cannot be read: %(problem)s. Mend the file, or name another one with DMS_HOLIDAYS_FILE."
    ),
    "campaign_not_found": _l(
        "There is no such campaign, or it has no revision yet. Open the list of campaigns and choose one."
    ),
    "campaign_file_invalid": _l("The campaign file %(source)s has mistakes; correct them all and load it again."),
    "campaign_file_too_large": _l(
        "The campaign file %(source)s is over the limit of %(limit)s bytes. Shorten it and load it again."
    ),
    "campaign_file_not_text": _l(
        "The file is not a text in UTF-8. Save the campaign file as plain text (YAML, UTF-8) and choose it again."
    ),
    "campaign_revised_meanwhile": _l(
        "Meanwhile %(who)s published revision %(number)s of this campaign (%(reason)s). Your text is kept below: compare it with what changed, then send it once more."
    ),
    "campaign_identity_changed": _l(
        "“%(key)s” says which campaign this is, and cannot change in a revision. For another campaign, open one of its own."
    ),
    "campaign_code_taken": _l("There is a campaign with the code “%(campaign)s” already. Choose another code."),
    "campaign_closed": _l(
        "The campaign was closed on %(on)s (%(reason)s) and takes no new dossiers. Those under way go on. Ask its issuing unit whether it will be reopened."
    ),
    "campaign_closed_already": _l("The campaign is closed already. Open the page again."),
    "campaign_not_closed": _l("The campaign is open already. Open the page again."),
    "revision_reason_missing": _l(
        "A revision needs its reason: name the decision or the mistake that it follows. It stands in the history for good."
    ),
    "revision_without_change": _l(
        "The text says exactly what revision %(number)s says already. Change something, or leave it."
    ),
    "quota_below_decided": _l(
        "%(scheme)s: decisions hold %(decided)s awards of this kind already (%(kind)s), and the revision would allow %(limit)s (rule %(rule)s). Set a number of %(decided)s or more, or cancel a decision first."
    ),
    "scheme_not_the_heads": _l(
        "“%(scheme)s” is not conferred by the head of the unit, and a unit awards only in its own range (rule P23). Choose an award that the head confers."
    ),
    "scheme_not_found": _l("The campaign has no such award scheme. Open the campaign and choose one of its schemes."),
}
