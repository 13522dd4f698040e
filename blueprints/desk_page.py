"""What the appraiser's desk shows: the review beside the page that proves it, who else is looking, what clashes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for

from blueprints.appraisal_forms import anchor_of, paper_name, point_name, proof_of
from blueprints.extensions import db
from blueprints.web import current_actor, tools
from dms import clock
from dms.appraisal.checklist import Group, Review
from dms.appraisal.desk import presence, terms
from dms.appraisal.models import ReviewVerdict
from dms.appraisal.review import Clash
from dms.appraisal.rules import Point
from dms.documents import pages
from dms.documents.models import Version
from dms.dossiers import lifecycle
from dms.dossiers import service as dossiers
from dms.dossiers.lifecycle import Action


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper in the viewer: its version in force, how many pages have pictures, and whose it is."""

    group: Group
    version: Version
    title: str

    @property
    def pages(self) -> int:
        """How many pages can be shown; none for a kind of file without pictures."""
        return (self.version.pages or 1) if self.version.media_type in pages.DRAWN else 0

    @property
    def address(self) -> str:
        """The address of its page pictures, up to the number of the page."""
        first = url_for("documents.page", document_id=self.version.document_id, number=self.version.number, page=0)
        return first.removesuffix("0.png")


def words(found: Review, clashes: Sequence[Clash] = ()) -> dict[str, Any]:
    """Everything that the page of the desk needs."""
    actor, now = current_actor(), clock.now()
    everything = "all" in request.args or request.method == "POST"
    sheets = list(_sheets(found))
    shown = _shown(sheets)
    clocks = terms.clock_of(db.session(), found.dossier, calendar=tools().calendar, today=clock.day_of(now))
    return {
        "found": found,
        "groups": found.groups if everything else found.shown_first,
        "unit": dossiers.unit_name(found.dossier),
        "scheme": found.judged.material.scheme,
        "may_act": Action.APPRAISE in lifecycle.possible(found.dossier, actor),
        "point_name": point_name,
        "paper_name": paper_name,
        "anchor_of": anchor_of,
        "proof_of": proof_of,
        "page_of": page_of,
        "verdicts": {verdict.value: verdict for verdict in ReviewVerdict},
        "typed": request.form,
        "seen_of": _versions(found),
        "clashes": {point_name(each.word.nominee_id, each.word.subject): each.said for each in clashes},
        "sheets": {sheet.group.key: sheet for sheet in sheets},
        "sheet": shown,
        "page": _page(shown),
        "watchers": presence.others(db.session(), [found.dossier.id], by=actor, now=now).get(found.dossier.id, []),
        "clocks": {kind.value: each for kind, each in clocks.items()},
        "latest": max((item.reviewed_at for item in found.words.values()), default=None),
    }


def page_of(point: Point) -> int:
    """The page on which a finding's words stand; the first where no check has found them."""
    return getattr(point.finding.place, "page", None) or 1


def _sheets(found: Review) -> Iterator[Sheet]:
    scheme = found.judged.material.scheme
    for group in found.groups:
        requirement = scheme.requirement(group.requirement) if group.requirement else None
        if requirement and group.version:
            named = [requirement.title, group.nominee.name if group.nominee else ""]
            yield Sheet(group, group.version, " – ".join(filter(None, named)))


def _shown(sheets: Sequence[Sheet]) -> Sheet | None:
    """The paper that the address names, else the first with something open, else the first."""
    wanted = request.args.get("paper", type=UUID)
    named = (sheet for sheet in sheets if sheet.version.document_id == wanted)
    opened = (sheet for sheet in sheets if sheet.group.is_open and sheet.pages)
    return next(named, None) or next(opened, None) or next(iter(sheets), None)


def _page(sheet: Sheet | None) -> int:
    return min(max(request.args.get("page", 1, type=int), 1), max(sheet.pages, 1)) if sheet else 1


def _versions(found: Review) -> Mapping[str, int]:
    """The state of each word as this screen shows it; a newer one is not overwritten unseen."""
    return {point_name(nominee_id, subject): item.lock_version for (nominee_id, subject), item in found.words.items()}
