"""PAdES signatures on PDF files: files in, files out. The only place that imports pyHanko.

It knows no database, no session and no user. ``fields`` makes and reads form fields, ``appearance`` draws stamps,
``trust`` says whom we believe, ``signing`` makes a signature in two halves, ``verdict`` judges, ``archive`` keeps
signatures alive. This page of names is the whole interface.
"""

from dms.signing.pades.anchors import AnchorKind, read_certificates
from dms.signing.pades.appearance import seal_box
from dms.signing.pades.archive import ArchiveStamp, archive_stamps, extend_lta, stamp_late
from dms.signing.pades.authorities import Probe
from dms.signing.pades.certificates import name_of
from dms.signing.pades.completion import complete
from dms.signing.pades.fields import add_fields, inspect_fields, page_of_field
from dms.signing.pades.files import extends
from dms.signing.pades.holders import Holder, ensure_bindable, holder_of
from dms.signing.pades.model import (
    Alignment,
    Box,
    DocumentReport,
    Expected,
    ExpectedSigner,
    FieldKind,
    FieldLock,
    FieldSpec,
    FieldsSummary,
    Level,
    LockAction,
    Prepared,
    SignatureReport,
    Stamp,
    StampKind,
    Verdict,
)
from dms.signing.pades.probe import ensure_time_stamps
from dms.signing.pades.signing import fill_fields, finish, prepare
from dms.signing.pades.stamping import TimeStamp, probe_authorities, read_time_stamp, time_stamp
from dms.signing.pades.trust import SigningTrust
from dms.signing.pades.verdict import validate

__all__ = [
    "Alignment",
    "AnchorKind",
    "ArchiveStamp",
    "Box",
    "DocumentReport",
    "Expected",
    "ExpectedSigner",
    "FieldKind",
    "FieldLock",
    "FieldSpec",
    "FieldsSummary",
    "Holder",
    "Level",
    "LockAction",
    "Prepared",
    "Probe",
    "SignatureReport",
    "SigningTrust",
    "Stamp",
    "StampKind",
    "TimeStamp",
    "Verdict",
    "add_fields",
    "archive_stamps",
    "complete",
    "ensure_bindable",
    "ensure_time_stamps",
    "extend_lta",
    "extends",
    "fill_fields",
    "finish",
    "holder_of",
    "inspect_fields",
    "name_of",
    "page_of_field",
    "prepare",
    "probe_authorities",
    "read_certificates",
    "read_time_stamp",
    "seal_box",
    "stamp_late",
    "time_stamp",
    "validate",
]
