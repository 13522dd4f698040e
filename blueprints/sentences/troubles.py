"""What the doctor finds, in words: code → (what is wrong, how to mend it). A test holds it against the codes."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

_RESTORE = _l("Restore the file from a backup of the store under the same name; nothing else can bring it back.")
_LOOK = _l(
    "Somebody must look: compare database and store with the backups of the same moment, and mend nothing by hand in the tables."
)
_REPAIR = _l("flask doctor --repair writes it anew.")

TROUBLES: dict[str, tuple[LazyString, LazyString]] = {
    # --- the calendar of working days
    "calendar_year_unknown": (
        _l("The calendar has no public holidays for %(year)s: terms of that year leave out weekends only."),
        _l("Add the days of %(year)s, as announced, to the file that DMS_HOLIDAYS_FILE names, then restart."),
    ),
    # --- the installation
    "migrations_behind": (
        _l("The database stands at migration %(present)s, the program needs %(newest)s."),
        _l("Make a backup, then run: flask db upgrade."),
    ),
    "store_down": (
        _l("The object store does not answer: %(error)s"),
        _l("Check DMS_STORAGE_URL, the store's own log and the network between."),
    ),
    "key_folder_missing": (
        _l("The folder of server keys %(path)s is not there."),
        _l("Set DMS_KEY_FOLDER to it, or make an empty folder where no key lives on this server."),
    ),
    "key_open_to_others": (
        _l("%(path)s may be opened by others than the service (mode %(mode)s)."),
        _l("Close it: chmod go-rwx. If others use this machine, replace the keys."),
    ),
    "root_expired": (
        _l("The trusted root %(name)s expired on %(day)s."),
        _l(
            "Get the new root from the authority and put it into the file of DMS_TRUST_ROOTS; keep the old one for old signatures."
        ),
    ),
    "root_expires_soon": (
        _l("The trusted root %(name)s expires on %(day)s."),
        _l("Ask the authority for the new root before that day."),
    ),
    "timestamps_down": (
        _l("The time-stamping authority %(url)s gives no time stamp; nobody can sign until it does."),
        _l("Check DMS_TSA_URL, the network and the authority's own news; signing steps stay open meanwhile."),
    ),
    "converter_missing": (
        _l("LibreOffice is not there: Word files are kept, but people are asked for a PDF."),
        _l("Install the Debian package libreoffice-writer-nogui."),
    ),
    "sandbox_down": (
        _l("The confined process for untrusted files does not start (%(error)s); no upload can be taken."),
        _l("Look into the service's log; often memory or the number of processes is limited too tightly."),
    ),
    "wall_missing_files": (
        _l("This kernel does not keep confined processes away from files (no Landlock)."),
        _l("Use Linux 5.13 or newer with Landlock switched on; other limits hold meanwhile."),
    ),
    "wall_missing_network": (
        _l("This machine does not keep confined processes away from the network (no user namespaces)."),
        _l("Allow unprivileged user namespaces for the service, or forbid it to reach the network from outside."),
    ),
    "disk_nearly_full": (
        _l("Only %(bytes)s are free at %(path)s."),
        _l("Make room: an upload or a signature that finds no room is refused."),
    ),
    "instance_not_writable": (
        _l("The service may not write into %(path)s."),
        _l("Give the folder of DMS_INSTANCE_DIR to the user that the service runs as."),
    ),
    "demo_on": (
        _l("The demonstration mode is on: nothing here has legal value."),
        _l("For real work start with an empty database and without DMS_DEMO."),
    ),
    "base_url_local": (
        _l("The public address is %(url)s: QR codes on certificates lead nowhere for others."),
        _l("Set DMS_BASE_URL to the address that people outside use, before the first certificate is made."),
    ),
    "base_url_plain": (
        _l("The public address %(url)s is not encrypted, so browsers will not send the log-in cookie."),
        _l("Put a proxy with a certificate in front and set DMS_BASE_URL to https://…"),
    ),
    "cookies_insecure": (
        _l("Cookies travel unencrypted although the service is reached at %(url)s."),
        _l("Take DMS_SECURE_COOKIES=0 away; it is only for a service on one's own machine."),
    ),
    "check_failed": (
        _l("The check “%(check)s” could not be made: %(error)s"),
        _l("Mend that first, then run flask doctor again."),
    ),
    # --- events and halves
    "outbox_given_up": (
        _l("%(count)s events “%(name)s” were given up after many attempts: something still waits for them."),
        _l("flask outbox list tells why; mend the cause, then run: flask outbox retry --all."),
    ),
    "outbox_stuck": (
        _l("%(count)s events have waited for a worker for more than %(minutes)s minutes."),
        _l("Start the worker (DMS_IN_PROCESS_JOBS=1, or a process that works the queue) and look into its log."),
    ),
    "pendings_expired": (
        _l("%(count)s signatures were begun and not finished in time; their steps are open as before."),
        _l("Nothing is lost. flask doctor --repair clears them away."),
    ),
    # --- rows
    "summary_missing": (_l("Dossier %(dossier)s has no summary, so lists show nothing of it."), _REPAIR),
    "summary_wrong": (
        _l("The summary of dossier %(dossier)s is not what judging it afresh gives (%(fields)s)."),
        _REPAIR,
    ),
    "signature_unrecorded": (
        _l("The file of “%(title)s” holds a signature in field %(field)s that is not on record."),
        _LOOK,
    ),
    "signature_not_in_file": (
        _l("A signature in field %(field)s of “%(title)s” is on record, but the file does not hold it."),
        _LOOK,
    ),
    "step_open_though_signed": (
        _l("The file of “%(title)s” is signed in field %(field)s, but that step is still open."),
        _LOOK,
    ),
    "step_done_unsigned": (
        _l("A step of “%(title)s” is done, but its field %(field)s is not signed."),
        _LOOK,
    ),
    "signed_file_unreadable": (_l("The file of “%(title)s” cannot be read as a PDF."), _LOOK),
    "chain_missing": (
        _l("In the history of %(subject)s %(id)s events are missing before number %(position)s."),
        _LOOK,
    ),
    "chain_unlinked": (
        _l("In the history of %(subject)s %(id)s event %(position)s does not follow from the one before it."),
        _LOOK,
    ),
    "chain_altered": (
        _l("In the history of %(subject)s %(id)s event %(position)s was changed after it was written."),
        _LOOK,
    ),
    "history_shorter": (
        _l(
            "Checkpoint %(checkpoint)s says that the history of %(subject)s %(id)s has an event %(position)s; it is gone, or another one."
        ),
        _LOOK,
    ),
    "checkpoint_untrue": (
        _l("Checkpoint %(checkpoint)s of the histories was changed, or the one before it is missing."),
        _l("Compare it with the copies kept elsewhere: flask audit verify --from FOLDER."),
    ),
    # --- the archive's proof
    "archive_lapsed": (
        _l("The last archive time stamp of “%(title)s” ended on %(day)s, so the file no longer proves itself."),
        _l("Put on record what else proves its age; docs/long-term.md says what that can be."),
    ),
    "archive_ends_soon": (
        _l("The last archive time stamp of “%(title)s” ends on %(day)s and was not renewed."),
        _l("Look at the page “Preservation” why, then run: flask archive renew."),
    ),
    # --- bytes
    "blob_missing": (_l("The file of %(title)s is not in the store (%(column)s, %(digest)s)."), _RESTORE),
    "blob_size_wrong": (
        _l("The file of %(title)s in the store has another size than was recorded (%(column)s, %(digest)s)."),
        _RESTORE,
    ),
    "blob_altered": (
        _l("The bytes of %(title)s in the store are not those that were put there (%(column)s, %(digest)s)."),
        _RESTORE,
    ),
    "orphan_blobs": (
        _l("%(count)s files in the store (%(bytes)s) belong to nothing and are older than a day."),
        _l("They do no harm. flask storage sweep lists them, with --delete it removes them."),
    ),
}

CHECKS: dict[str, LazyString] = {
    "calendar": _l("Calendar of working days"),
    "migrations": _l("Tables of the database"),
    "store": _l("Object store"),
    "settings": _l("Settings"),
    "keys": _l("Keys on this server"),
    "roots": _l("Trusted roots"),
    "timestamps": _l("Time-stamping authority"),
    "programs": _l("Programs and confinement"),
    "disk": _l("Disk"),
    "events": _l("Events on their way"),
    "pendings": _l("Signatures begun"),
    "summaries": _l("Summaries of dossiers"),
    "routes": _l("Steps against signed files"),
    "chains": _l("Chains of events"),
    "checkpoints": _l("Checkpoints of the histories"),
    "archive": _l("Proof of sealed files"),
    "blobs": _l("Files that rows name"),
    "orphans": _l("Files that belong to nothing"),
}
