"""Legal bases as the head of a paper cites them (Nghị định 30/2020, annex I, II.6a). Pure."""

from datetime import date

from dms.campaigns.parts import LegalBasis
from dms.campaigns.spec import CampaignSpec
from dms.campaigns.vocabulary import BasisKind
from dms.papers.wording import spelled_date

_NAMES = {
    BasisKind.LAW: "Luật",
    BasisKind.DECREE: "Nghị định",
    BasisKind.CIRCULAR: "Thông tư",
    BasisKind.DECISION: "Quyết định",
    BasisKind.PLAN: "Kế hoạch",
    BasisKind.RESOLUTION: "Nghị quyết",
}


def preamble(spec: CampaignSpec, day: date) -> tuple[str, ...]:
    """The texts in force on a day that a paper under this campaign rests on, each as a line after "Căn cứ"."""
    return tuple(cited(basis) for basis in spec.bases_on(day) if basis.preamble)


def cited(basis: LegalBasis) -> str:
    """Kind, number, day, issuer and title in full; a law is cited by its title alone."""
    if basis.kind is BasisKind.LAW:
        return basis.title
    number = f"số {basis.number}" if basis.number else ""
    day = spelled_date(basis.issued_on) if basis.issued_on else ""
    title = f"{basis.title[:1].lower()}{basis.title[1:]}"
    return " ".join(filter(None, (_NAMES[basis.kind], number, day, f"của {basis.issuer}", title)))
