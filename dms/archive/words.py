"""Which words find an award: folded, each once, with every name that its unit has had or passed its duties to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from dms.awards.models import Award
from dms.people.models import UnitName, UnitSuccession
from dms.text import fold


@dataclass(frozen=True, slots=True)
class Names:
    """The names of units, their own and their successors', for an award is looked for by old and new name (P12)."""

    by_unit: Mapping[UUID, tuple[str, ...]]

    @classmethod
    def of(cls, session: Session, unit_ids: Iterable[UUID]) -> Self:
        """Load the names of these units; two queries."""
        heirs = _heirs(session, set(unit_ids))
        wanted = {heir for group in heirs.values() for heir in group}
        names: dict[UUID, list[str]] = defaultdict(list)
        for row in session.scalars(select(UnitName).where(UnitName.unit_id.in_(wanted))):
            names[row.unit_id].append(row.name)
        return cls({unit: tuple(name for heir in group for name in names[heir]) for unit, group in heirs.items()})


def words_of(award: Award, names: Names) -> str:
    """The search text of an award: recipient, place of work, unit, title, conferring body, number, year, code."""
    number = award.decision_number
    told = (
        "Quyết định số",
        award.recipient,
        award.position_title,
        award.workplace,
        award.unit_name,
        *names.by_unit.get(award.unit_id, ()),
        award.title,
        award.conferrer_name,
        number,
        number.lstrip("0"),  # "05/QĐ-UBND" is also looked for as 5
        f"năm {award.year}",
        award.public_code,
    )
    return " ".join(dict.fromkeys(fold(" ".join(told)).split()))


def _heirs(session: Session, unit_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    """Each unit with all to whom its duties passed, over any number of generations."""
    following: dict[UUID, list[UUID]] = defaultdict(list)
    for row in session.execute(select(UnitSuccession.predecessor_id, UnitSuccession.successor_id)):
        following[row.predecessor_id].append(row.successor_id)
    return {unit_id: _reachable(unit_id, following) for unit_id in unit_ids}


def _reachable(start: UUID, following: Mapping[UUID, list[UUID]]) -> list[UUID]:
    found = [start]
    for unit in found:
        found += [heir for heir in following.get(unit, ()) if heir not in found]
    return found
