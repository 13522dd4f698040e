"""To which papers a delegated power reaches: kinds of paper, campaigns, award schemes. It knows no table above it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true


@dataclass(frozen=True, slots=True)
class Matter:
    """What a paper is about; empty words where nobody knows: a limited power then does not reach it."""

    document_kind: str = ""
    campaign: str = ""
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The limits of a power (NĐ 30/2020 art. 13.3: "nội dung được ủy quyền"); an empty set limits nothing.

    ``schemes`` are written ``campaign/scheme``; a campaign that is named reaches all of its schemes.
    """

    document_kinds: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()
    schemes: frozenset[str] = frozenset()

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit at all."""
        return bool(self.document_kinds or self.campaigns or self.schemes)

    def reaches(self, matter: Matter) -> bool:
        """Whether a paper about ``matter`` lies within the limits."""
        return self._of_kind(matter.document_kind) and self.reaches_dossier(matter.campaign, matter.scheme)

    def reaches_dossier(self, campaign: str, scheme: str) -> bool:
        """Whether everything under a campaign's scheme lies within, whatever the paper."""
        if not (self.campaigns or self.schemes):
            return True
        return campaign in self.campaigns or f"{campaign}/{scheme}" in self.schemes

    def where(self, model: Any) -> ColumnElement[bool]:
        """The rows of ``model`` within the limits, by document_kind, campaign_code and scheme_code."""
        kinds = model.document_kind.in_(sorted(self.document_kinds)) if self.document_kinds else true()
        return and_(kinds, self.where_dossier(model))

    def where_dossier(self, model: Any) -> ColumnElement[bool]:
        """The rows of ``model`` within the limits, by campaign_code and scheme_code."""
        if not (self.campaigns or self.schemes):
            return true()
        pairs = (each.split("/", 1) for each in sorted(self.schemes))
        named = [and_(model.campaign_code == campaign, model.scheme_code == scheme) for campaign, scheme in pairs]
        return or_(model.campaign_code.in_(sorted(self.campaigns)), *named)

    def meets(self, other: "Scope") -> bool:
        """Whether some paper can lie within both."""
        kinds = _meet(self.document_kinds, other.document_kinds)
        anywhere = not (self.campaigns or self.schemes) or not (other.campaigns or other.schemes)
        return kinds and (anywhere or self._shares_scheme(other))

    def _of_kind(self, kind: str) -> bool:
        return not self.document_kinds or kind in self.document_kinds

    def _shares_scheme(self, other: "Scope") -> bool:
        mine, theirs = _campaigns_of(self.schemes), _campaigns_of(other.schemes)
        whole = self.campaigns & (other.campaigns | theirs) or other.campaigns & mine
        return bool(whole or self.schemes & other.schemes)


EVERYTHING = Scope()


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or bool(one & other)


def _campaigns_of(schemes: frozenset[str]) -> frozenset[str]:
    return frozenset(each.split("/", 1)[0] for each in schemes)
