"""What a paper says of its own number: the symbol that is printed behind the gap for it (Decree 30/2020, II.3)."""

import re
import unicodedata

from sqlalchemy.orm import Session

from dms.documents import service as documents
from dms.errors import Invalid
from dms.signing.models import Step

_HEAD = 1200  # characters of a paper within which its head stands
_LINE = re.compile(r"Số\s*:\s*[\d\s.…_-]*/\s*(?P<symbol>[^\W\d_][\w.-]*)")


def symbol_on(text: str) -> str | None:
    """The symbol behind "Số: … /" near the head of a paper's text; None where none is printed."""
    found = _LINE.search(unicodedata.normalize("NFC", text[:_HEAD]))
    return found["symbol"].rstrip(".-") if found else None


def ensure_as_printed(session: Session, step: Step, symbol: str) -> None:
    """Raise Invalid("symbol_not_as_printed") where the paper bears another symbol than the one that is to be given."""
    printed = symbol_on(documents.text_of(session, step.route.version))
    if printed is not None and printed.casefold() != unicodedata.normalize("NFC", symbol).strip().casefold():
        raise Invalid("symbol_not_as_printed", field="symbol", printed=printed, symbol=symbol)
