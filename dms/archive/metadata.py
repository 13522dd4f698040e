"""What an export says of a dossier, in open forms: our own JSON, the fields of Decree 30/2020, PREMIS-like events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID
from xml.etree import ElementTree as ET

from dms.archive.contents import Contents, Paper
from dms.archive.sealing import version_facts
from dms.audit import AuditEvent, as_dict
from dms.awards.models import Award
from dms.campaigns.vocabulary import Form
from dms.documents.models import Document, DocumentKind, Version
from dms.dossiers.models import Dossier, Nominee
from dms.signing.models import StepOutcome

_OF_THE_PROVINCE: Final = (
    Form.BANG_KHEN,
    Form.CO_THI_DUA_TINH,
    Form.CHIEN_SI_THI_DUA_TINH,
    Form.TAP_THE_LAO_DONG_XUAT_SAC,
)
RETENTION: Final = {form: "20 năm" if form in _OF_THE_PROVINCE else "10 năm" for form in Form}
"""How long dossiers are kept (Thông tư 10/2022/TT-BNV), counted from the end of the year in which the work ended."""

_TYPE_NAMES: Final = {
    DocumentKind.SUBMISSION_LETTER: "Tờ trình",
    DocumentKind.MINUTES: "Biên bản",
    DocumentKind.ACHIEVEMENT_REPORT: "Báo cáo",
    DocumentKind.CONSOLIDATION_LETTER: "Tờ trình",
    DocumentKind.DECISION: "Quyết định",
}


@dataclass(frozen=True, slots=True)
class Described:
    """A dossier with what its export tells: names of units by id, and where each version's file lies in the bag."""

    contents: Contents
    unit_names: Mapping[UUID, str]
    scheme_title: str
    form: Form
    files: Mapping[UUID, str]
    certificates: Mapping[UUID, str]

    @property
    def dossier(self) -> Dossier:
        """The dossier itself."""
        return self.contents.dossier

    @property
    def unit(self) -> str:
        """The unit that submitted it, as it was called then."""
        return self.unit_names[self.dossier.unit_id]


# --- our own JSON


def dossier_facts(described: Described) -> dict[str, Any]:
    """Everything that the dossier says, with the path of each file."""
    dossier = described.dossier
    revision = dossier.revision
    return {
        "code": dossier.code,
        "id": str(dossier.id),
        "status": dossier.status.value,
        "unit": described.unit,
        "campaign": {"title": revision.title, "revision": revision.number, "sha256": revision.digest},
        "scheme": {"code": dossier.scheme_code, "title": described.scheme_title, "form": described.form.value},
        "year": dossier.year,
        "opened_at": dossier.opened_at.isoformat(),
        "submitted_at": dossier.submitted_at.isoformat() if dossier.submitted_at else None,
        "retention": RETENTION[described.form],
        "nominees": [_nominee(nominee) for nominee in dossier.nominees],
        "council_meeting": _meeting(dossier),
        "papers": [_paper(described, paper) for paper in described.contents.papers],
        "awards": [_award(described, award) for award in described.contents.awards],
    }


def _nominee(nominee: Nominee) -> dict[str, Any]:
    return {
        "id": str(nominee.id),
        "kind": nominee.kind.value,
        "name": nominee.name,
        "position": nominee.position_title,
        "workplace": nominee.workplace,
        "achievement": nominee.achievement,
        "index_scores": {str(score.year): str(score.score) for score in nominee.scores},
        "votes_in_favour": nominee.vote.in_favour if nominee.vote else None,
        "removed_at": nominee.removed_at.isoformat() if nominee.removed_at else None,
    }


def _meeting(dossier: Dossier) -> dict[str, Any] | None:
    meeting = dossier.meeting
    if meeting is None:
        return None
    return {
        "held_on": meeting.held_on.isoformat(),
        "members_total": meeting.members_total,
        "members_present": meeting.members_present,
        "written_opinions": meeting.written_opinions,
        "conclusion": meeting.conclusion,
    }


def _paper(described: Described, paper: Paper) -> dict[str, Any]:
    document, current = paper.document, paper.current
    return {
        "document_id": str(document.id),
        "place": paper.place.value,
        "kind": document.kind.value,
        "title": document.title,
        "number": document.number,
        "symbol": document.symbol,
        "issued_on": _day(document.issued_on),
        "requirement": paper.requirement_code,
        "nominee": paper.nominee.name if paper.nominee else None,
        "is_signed": paper.is_signed,
        "file_in_force": described.files[current.id] if current else None,
        "versions": [version_facts(each) | {"file": described.files[each.id]} for each in document.versions],
    }


def _award(described: Described, award: Award) -> dict[str, Any]:
    return {
        "recipient": award.recipient,
        "kind": award.kind.value,
        "title": award.title,
        "decision_number": award.decision_number,
        "decided_on": _day(award.decided_on),
        "conferred_by": award.conferrer_name,
        "public_code": award.public_code,
        "revoked_at": award.revoked_at.isoformat() if award.revoked_at else None,
        "revoked_reason": award.revoked_reason,
        "certificate": described.certificates.get(award.id),
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


# --- Nghị định 30/2020/NĐ-CP, Phụ lục VI, part II


def official_xml(described: Described) -> str:
    """The dossier (section III) and its papers (section I) in the decree's own field names, in the order of time."""
    root = ET.Element("HoSo")
    dossier, papers = described.dossier, _in_time(described.contents.papers)
    days = [day for paper in papers if (day := _day_of(paper))]
    code = ET.SubElement(root, "FileCode")
    catalog = str(dossier.opened_at.year)
    _fields(code, {"OrganId": "", "FileCatalog": catalog, "FileNotation": dossier.code[:20]})
    _fields(
        root,
        {
            "Title": f"{described.scheme_title} – {described.unit}"[:500],
            "Maintenance": RETENTION[described.form],
            "Rights": "Có điều kiện",
            "Creator": described.unit[:30],
            "Language": "Tiếng Việt",
            "StartDate": _shown(min(days, default=dossier.opened_at.date())),
            "EndDate": _shown(max(days, default=dossier.status_since.date())),
            "DocTotal": str(len(papers)),
            "PageTotal": str(sum(_pages(paper) for paper in papers)),
            "Description": f"Mã hồ sơ trong hệ thống: {dossier.code}",
        },
    )
    for ordinal, paper in enumerate(papers, start=1):
        _document(root, described, paper, ordinal)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _document(root: ET.Element, described: Described, paper: Paper, ordinal: int) -> None:
    document, current = paper.document, paper.current
    element = ET.SubElement(root, "VanBan")
    _fields(
        element,
        {
            "DocOrdinal": str(ordinal),
            "TypeName": _TYPE_NAMES.get(document.kind, "Khác"),
            "CodeNumber": str(document.number or "")[:11],
            "CodeNotation": (document.symbol or "")[:30],
            "IssuedDate": _shown(document.issued_on),
            "OrganName": described.unit_names[document.unit_id][:200],
            "Subject": document.title[:500],
            "Language": "Tiếng Việt",
            "PageAmount": str(_pages(paper)),
            "Description": described.files[current.id] if current else "",
        },
    )
    for position, name in _signers(paper):
        _fields(ET.SubElement(element, "SignerInfo"), {"Position": position[:100], "FullName": name[:50]})


def _fields(element: ET.Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(element, name).text = value


def _signers(paper: Paper) -> Iterable[tuple[str, str]]:
    steps = paper.route.steps if paper.route and paper.is_signed else ()
    done = (step for step in steps if step.outcome is StepOutcome.DONE and step.field_name)
    return [(step.position_title or "", step.actor_name or "") for step in done]


def _in_time(papers: Iterable[Paper]) -> list[Paper]:
    return sorted(papers, key=lambda paper: _day_of(paper) or date.max)


def _day_of(paper: Paper) -> date | None:
    return paper.document.issued_on or (paper.current.created_at.date() if paper.current else None)


def _pages(paper: Paper) -> int:
    return (paper.current.pages or 0) if paper.current else 0


def _shown(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


# --- events


def chain_json(subject: str, subject_id: UUID, events: Iterable[AuditEvent]) -> dict[str, Any]:
    """A chain of events as an outsider can verify it."""
    told = [as_dict(event) | {"hash": event.hash} for event in events]
    return {"subject": subject, "subject_id": str(subject_id), "events": told}


def premis(described: Described, events: Iterable[AuditEvent]) -> dict[str, Any]:
    """Objects, events and agents in the words of PREMIS 3; each event is one link of the chains in ``events/``."""
    listed = list(events)
    versions = [version for paper in described.contents.papers for version in paper.document.versions]
    by_place = {(str(v.document_id), v.number): described.files[v.id] for v in versions}
    agents = {str(event.actor_id or event.actor_name): event.actor_name for event in listed}
    return {
        "objects": [_object(version, described.files[version.id]) for version in versions],
        "events": [_event(event, by_place) for event in listed],
        "agents": [
            {"agentIdentifier": key, "agentName": name, "agentType": "software" if key == "system" else "person"}
            for key, name in agents.items()
        ],
    }


def _object(version: Version, file: str) -> dict[str, Any]:
    return {
        "objectIdentifier": file,
        "objectCategory": "file",
        "originalName": version.filename,
        "size": version.size,
        "format": version.media_type,
        "fixity": {"messageDigestAlgorithm": "SHA-256", "messageDigest": version.digest},
    }


def _event(event: AuditEvent, by_place: Mapping[tuple[str, Any], str]) -> dict[str, Any]:
    file = by_place.get((str(event.data.get("document")), event.data.get("version")))
    return {
        "eventIdentifier": f"{event.subject}/{event.subject_id}/{event.position}",
        "eventType": event.tag,
        "eventDateTime": event.at.isoformat(),
        "eventDetail": event.data,
        "linkingAgentIdentifier": str(event.actor_id or event.actor_name),
        "linkingObjectIdentifier": file,
    }


def extension_of(version: Version) -> str:
    """The file name's end for a version's media type."""
    return {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(version.media_type, "docx")


def title_of(document: Document) -> str:
    """A paper's number and title in one line."""
    number = f"{document.number:02d}/{document.symbol} " if document.number else ""
    return f"{number}{document.title}"
