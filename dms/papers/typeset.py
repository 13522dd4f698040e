"""Papers that nobody edits afterwards: certificates and lists, set by Typst as PDF/A-2b with our own fonts."""

import io
import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import segno
import typst

from dms.papers import wording
from dms.papers.data import Certificate, ConsolidatedList, RankedNominee, Register
from dms.papers.letters import ranked_groups
from dms.papers.measure import FONTS

TEMPLATES: Final = Path(__file__).parents[2] / "templates" / "papers"
STANDARD: Final = "a-2b"


def certificate(award: Certificate) -> bytes:
    """Return the certificate as PDF/A-2b: A4 landscape, QR code of ``verify_url``, room for signature and seal."""
    honorific = award.honorific
    given = {
        "subject": f"{wording.capital(award.award)} - {award.recipient}",
        "author": award.authority,
        "demo": award.demo,
        "authority": award.authority,
        "award": award.award,
        "honorific": honorific.upper(),
        "recipient": award.recipient,
        "recipient_size": _recipient_size(f"{honorific} {award.recipient}"),
        "detail": award.detail,
        "achievement": award.achievement,
        "words_size": 15 if len(award.detail) + len(award.achievement) <= 330 else 13,
        "decision": award.decision,
        "decided_on": wording.short_date(award.decided_on),
        "golden_book": wording.two_digits(award.golden_book),
        "place_date": wording.place_line(award.place, award.decided_on),
        "power": wording.power_lines(award.signer),
        "signer": award.signer.name,
        "verify_url": award.verify_url,
        "qr": qr_svg(award.verify_url),
    }
    return _set("certificate.typ", given, award.decided_on)


def register(paper: Register) -> bytes:
    """Return the register of awards as PDF/A-2b: a table with a repeated heading and numbered pages."""
    entries = [
        {
            "recipient": entry.recipient,
            "detail": entry.detail,
            "award": entry.award,
            "achievement": entry.achievement,
            "decision": entry.decision,
            "decided_on": wording.short_date(entry.decided_on),
            "golden_book": wording.two_digits(entry.golden_book),
        }
        for entry in paper.entries
    ]
    given = {**_list_head(paper), "entries": entries, "total": wording.two_digits(len(entries))}
    return _set("register.typ", given, paper.made_on)


def consolidated_list(paper: ConsolidatedList) -> bytes:
    """Return the coordinator's ranked list as PDF/A-2b, collectives first, each kind with its quota (P13, P19)."""
    groups = [
        _group(f"{'I' * number}. {heading.upper()}", members, quota)
        for number, (heading, members, quota) in enumerate(ranked_groups(paper.ranked), start=1)
    ]
    return _set(
        "consolidated_list.typ",
        {**_list_head(paper), "campaign": paper.campaign, "score": f"Điểm {paper.score}", "groups": groups},
        paper.made_on,
    )


def qr_svg(url: str) -> str:
    """Return the QR code of ``url`` as SVG text, readable with 15 % of it damaged."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=2, svgclass=None, lineclass=None)
    return drawn.getvalue().decode()


def _list_head(paper: Register | ConsolidatedList) -> dict[str, Any]:
    return {
        "subject": paper.title,
        "author": paper.issuer,
        "demo": paper.demo,
        "parent": paper.parent,
        "issuer": paper.issuer,
        "title": paper.title,
        "made_on": wording.short_date(paper.made_on),
    }


def _group(heading: str, members: tuple[RankedNominee, ...], quota: int | None) -> dict[str, Any]:
    limit = f", số lượng quy định: không quá {wording.two_digits(quota)}" if quota is not None else ""
    return {
        "heading": f"{heading} (đề nghị: {wording.two_digits(len(members))}{limit})",
        "members": [_ranked(member) for member in members],
    }


def _ranked(member: RankedNominee) -> dict[str, str]:
    nominee = member.nominee
    return {
        "rank": str(member.rank),
        "name": wording.with_honorific(nominee.honorific, nominee.name),
        "detail": nominee.detail,
        "achievement": nominee.achievement,
        "unit": member.unit,
        "scores": member.scores,
        "note": member.note,
    }


def _recipient_size(name: str) -> int:
    """A long name of a collective is set smaller, so that it keeps to two lines."""
    return 26 if len(name) <= 36 else 21 if len(name) <= 70 else 17


def _set(template: str, given: dict[str, Any], day: date) -> bytes:
    pdf = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=[FONTS],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
        pdf_standards=STANDARD,
        timestamp=datetime.combine(day, time(), UTC),
    )
    if not isinstance(pdf, bytes):
        raise TypeError(type(pdf).__name__)
    return pdf
