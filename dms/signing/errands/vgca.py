"""The messages of the government's desktop signer (VGCASignService), as its published script sends them.

The program listens on the signer's own computer, one WebSocket path for each act. It has no log-in with us: it fetches
the file from one address and posts the signed one to another. What the page hears from it is never believed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from dms import clock
from dms.campaigns.vocabulary import StepAction

COMMANDS: Final = {
    StepAction.INITIALS: "SignPDF",
    StepAction.APPROVAL: "SignApproved",
    StepAction.SEAL: "SignIssued",
}
"""The path for each act of a route; ``SignIssued`` also names number and date of the paper."""

COPY: Final = "SignCopy"
"""The path for the seal of a certified copy."""

UPLOAD_FIELD: Final = "uploadfile"


@dataclass(frozen=True, slots=True)
class Issue:
    """Number and symbol of a paper ("12/TTr-SKHCN") and the day it bears; a copy's message names no day."""

    number: str
    day: date | None


def message(*, download: str, upload: str, issue: Issue | None, now: datetime) -> dict[str, Any]:
    """What the page sends: two absolute addresses, and number and date for the acts that want them.

    ``SessionId`` and ``JWTToken`` are for sites that rely on cookies; here the addresses themselves are the right.
    """
    common = {"FileUploadHandler": upload, "SessionId": "", "JWTToken": "", "FileName": download}
    if issue is None:
        return common
    numbered = common | {"DocNumber": issue.number, "MetaData": []}
    if issue.day is None:
        return numbered
    moment = datetime.combine(issue.day, clock.local(now).timetz())
    return numbered | {"IssuedDate": moment.isoformat(timespec="seconds")}


def answer(*, filename: str = "", server: str = "", refused: str = "") -> dict[str, Any]:
    """What the program is told after its upload: ``Status`` 0 for a file that was taken, else why not."""
    return {"Status": 1 if refused else 0, "Message": refused, "FileName": filename, "FileServer": server}
