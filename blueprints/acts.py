"""What an event of the audit chain says, in words: one table tag → sentence."""

from flask_babel import lazy_gettext as _l

from dms.audit import AuditEvent

ACTS = {
    # --- campaigns
    "campaign:revision:accept": _l("A revision of the campaign file was accepted"),
    "campaign:close": _l("The campaign was closed for new dossiers"),
    "campaign:reopen": _l("The campaign was reopened"),
    # --- dossiers
    "dossier:open": _l("The dossier was opened"),
    "dossier:archive:seal": _l("The dossier's content was sealed"),
    "dossier:archive:export": _l("A copy of the dossier was exported"),
    "dossier:status:start_signing": _l("Papers were sent for signing"),
    "dossier:status:resume_draft": _l("The dossier went back to draft"),
    "dossier:status:submit": _l("The dossier was submitted"),
    "dossier:status:return": _l("The dossier was returned"),
    "dossier:status:consolidate": _l("The dossier was taken into the consolidated list"),
    "dossier:status:appraise": _l("The dossier passed the appraisal"),
    "dossier:status:decide": _l("The award was decided"),
    "dossier:status:archive": _l("The dossier was sealed into the archive"),
    "dossier:status:refuse": _l("The dossier was refused"),
    "dossier:status:withdraw": _l("The dossier was withdrawn"),
    "dossier:unit:pass": _l("The unit's duties passed to its successor, and the dossier with them"),
    "dossier:nominee:add": _l("A nominee was added"),
    "dossier:nominee:edit": _l("A nominee was changed"),
    "dossier:nominee:remove": _l("A nominee was removed"),
    "dossier:nominee:reorder": _l("The order of nominees was changed"),
    "dossier:nominee:score": _l("Index scores were recorded"),
    "dossier:nominee:attest": _l("A criterion was attested"),
    "dossier:nominee:confirm": _l("The appraiser decided on a criterion"),
    "dossier:council:record": _l("The meeting of the council was recorded"),
    "dossier:part:attach": _l("A paper was put into the dossier"),
    "dossier:part:draft": _l("A paper was drafted"),
    "dossier:review:decide": _l("The appraiser judged a point"),
    # --- the coordinator's list
    "consolidation:open": _l("The consolidated list was opened"),
    "consolidation:list:refresh": _l("The consolidated list was refreshed"),
    "consolidation:list:choose": _l("Nominees were chosen for the list"),
    "consolidation:list:place": _l("A nominee was given another rank"),
    "consolidation:list:rank": _l("The list was ranked by index score again"),
    "consolidation:letter:draft": _l("The letter of the list was drafted"),
    "consolidation:letter:take_back": _l("The letter of the list was taken back"),
    "consolidation:send": _l("The list was sent to the appraiser"),
    "consolidation:reopen": _l("The list was opened for a supplement"),
    # --- the appraiser's letter
    "appraisal:letter:draft": _l("The appraiser's letter was drafted"),
    "appraisal:letter:take_back": _l("The appraiser's letter was taken back"),
    # --- decisions
    "decision:prepare": _l("A decision was prepared"),
    "decision:cancel": _l("The decision was given up"),
    "decision:confer": _l("The awards were conferred"),
    "decision:certificates:make": _l("Certificates were made"),
    "decision:award:revoke": _l("An award was revoked"),
    # --- documents and signing
    "document:version:uploaded": _l("A version was uploaded"),
    "document:version:drafted": _l("A version was drafted by the system"),
    "document:version:converted": _l("A version was converted to PDF/A"),
    "document:version:prepared": _l("A version was prepared for signing"),
    "document:version:signed": _l("A signed version came to be"),
    "document:version:archived": _l("A version was time-stamped for the archive"),
    "document:version:withdraw": _l("A version was withdrawn"),
    "document:number:assign": _l("Number and date were given"),
    "signing:route:open": _l("A signing route was opened"),
    "signing:route:recall": _l("A signing route was recalled"),
    "signing:route:replace": _l("A signing route was replaced by a newer version"),
    "signing:step:initials": _l("Initialled"),
    "signing:step:approval": _l("Signed"),
    "signing:step:number": _l("Number and date were given at a signing step"),
    "signing:step:seal": _l("Sealed"),
    "signing:step:refuse": _l("A signature was refused"),
    "signing:layout:put": _l("The fields of a paper were put in their places"),
    "signing:layout:forget": _l("The fields of a paper were put back where it shows their places"),
    "signing:copy:issue": _l("A certified copy was issued"),
    "signing:errand:send": _l("A paper went out to be signed with another program"),
    "signing:returned:refuse": _l("A file that came back signed was not accepted"),
    "signing:batch:start": _l("A batch of signatures was started"),
    "signing:batch:cancel": _l("A batch of signatures was cancelled"),
    "signing:batch:resume": _l("A batch of signatures was continued"),
    "signing:key:ask": _l("A certificate was asked to be bound"),
    "signing:key:renew": _l("A renewed certificate took the place of the earlier one"),
    "signing:key:declined": _l("A request for a certificate was declined"),
    "signing:key:withdrawn": _l("A request for a certificate was withdrawn"),
    "signing:step:skip": _l("A signing step was skipped"),
    "signing:step:reassign": _l("A signing step was given to somebody else"),
    "signing:route:send_back": _l("A paper went back to an earlier stage of its route"),
    "signing:key:bind": _l("A certificate was bound to its holder"),
    "signing:key:retire": _l("A certificate was retired"),
    # --- the service
    "upkeep:storage:sweep": _l("Files that belonged to nothing were removed from the store"),
    "upkeep:repair:run": _l("The service mended its own rows"),
    "upkeep:outbox:retry": _l("Events that were given up are tried again"),
    # --- units and people
    "unit:unit:add": _l("The unit was entered"),
    "unit:name:add": _l("The unit was given a new name"),
    "unit:succession:add": _l("Duties passed from one unit to another"),
    "unit:event:enter": _l("A change of the unit was entered with its deciding paper"),
    "unit:block:join": _l("The unit joined an emulation block"),
    "unit:block:leave": _l("The unit left an emulation block"),
    "block:open": _l("The emulation block was entered"),
    "unit:seat:delegate": _l("Signing was delegated"),
    "unit:seat:revoke": _l("A delegation was ended"),
    "unit:seat:appoint": _l("Somebody was appointed to a seat"),
    "unit:seat:end": _l("An appointment was ended"),
    "unit:role:grant": _l("A role was given"),
    "unit:role:revoke": _l("A role was taken"),
    "person:person:add": _l("The person was entered"),
    "person:seat:appoint": _l("Appointed to a seat"),
    "person:seat:end": _l("The appointment was ended"),
    "person:role:grant": _l("Given a role"),
    "person:role:revoke": _l("The role was taken"),
    "person:absence:enter": _l("An absence was entered"),
    "person:absence:cancel": _l("An absence was cancelled"),
    "person:account:open": _l("A log-in was given"),
    "person:account:reset": _l("A new password was given"),
    "person:factor:add": _l("A second factor was set up"),
    "person:factor:remove": _l("A second factor was removed"),
    "person:account:close": _l("The log-in was closed"),
    "person:account:reopen": _l("The log-in was opened again"),
}


def act(event: AuditEvent) -> str:
    """The event in words; its tag where there are none yet."""
    return str(ACTS.get(event.tag, event.tag))


def doer(event: AuditEvent) -> str:
    """Who did it; what follows by itself from another act was done by the system."""
    return event.actor_name if event.actor_id else str(_l("the system"))
