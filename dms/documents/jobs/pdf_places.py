"""Where in a PDF something was found: the object that holds it, and the page that leads there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf

from dms.errors import Invalid

MOST_TOLD = 12
_MOST_STEPS = 20_000  # objects looked at for all findings together; beyond that the page is not named
_LEADS_ELSEWHERE = {"/Parent", "/P", "/Dest", "/D", "/StructParent", "/Popup"}  # to other pages


@dataclass(frozen=True)
class Finding:
    """A code, the number of the object that it stands in (0: the trailer), and its page from 1 where that is known."""

    code: str
    number: int
    page: int = 0


def refusal(pdf: pikepdf.Pdf, findings: Sequence[Finding]) -> Invalid:
    """The error for all findings, named after the first; each place is ``code:page:object``, page 0 if unknown."""
    told = list(dict.fromkeys(findings))
    pages = _pages_of(pdf, {each.number for each in told if not each.page})
    places = [f"{each.code}:{each.page or pages.get(each.number, 0)}:{each.number}" for each in told[:MOST_TOLD]]
    return Invalid(told[0].code, findings=",".join(places), more=max(len(told) - MOST_TOLD, 0))


def _pages_of(pdf: pikepdf.Pdf, wanted: set[int]) -> dict[int, int]:
    """The first page (from 1) from which each of the objects is reached."""
    found: dict[int, int] = {}
    steps = _MOST_STEPS
    for index, page in enumerate(pdf.pages, start=1):
        for number in _reached(page.obj, steps):
            steps -= 1
            if number in wanted:
                found.setdefault(number, index)
        if steps <= 0 or wanted <= found.keys():
            break
    return found


def _reached(start: pikepdf.Object, steps: int) -> Iterator[int]:
    """The numbers of the objects below a page."""
    waiting, seen = [start], set()
    while waiting and steps > 0:
        item = waiting.pop()
        steps -= 1
        if item.is_indirect:
            number = item.objgen[0]
            if number in seen:
                continue
            seen.add(number)
            yield number
        waiting.extend(_below(item))


def _below(item: pikepdf.Object) -> list[pikepdf.Object]:
    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    if isinstance(item, pikepdf.Dictionary):
        children = [value for key, value in item.items() if key not in _LEADS_ELSEWHERE]
    elif isinstance(item, pikepdf.Array):
        children = list(item)
    else:
        return []
    return [child for child in children if isinstance(child, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream)]
