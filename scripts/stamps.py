"""Draw pages as they are signed into docs/stamps: initials, the head or a deputy, number and date, seal.

The pages come from the real thing: a department with its people, keys and routes, an authority of its own, and the
files that the service would store. Nothing is painted in.

    python -m scripts.stamps
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from PIL import Image
from sqlalchemy.orm import Session

from dms import clock
from dms.db import Base, make_engine
from dms.people.models import Capacity
from dms.policy import SYSTEM
from dms.signing import credentials
from dms.signing.models import SigningRoute
from scripts.run import ROOT
from tests.dms.signing import office
from tests.dms.signing.office import APPROVAL, INITIALS, SEAL, Office, P
from tests.pki import running_pki

FOLDER = ROOT / "docs" / "stamps"
WIDTH = 1100  # dots of a page
CLOSE = 2  # how much closer the detail is
COLOURS = 128


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, _office(Path(name)) as department:
        _draw(department.file(_head(department), Path(name)), "head")
        department.delegate("deputy", Capacity.KT)
        _draw(department.file(_deputy(department), Path(name)), "deputy")
        _draw(department.file(_named(department), Path(name)), "named")
        _draw(department.file(_in_words(department), Path(name)), "words")
    return 0


@contextmanager
def _office(folder: Path) -> Iterator[Office]:
    engine = make_engine(f"sqlite:///{folder / 'office.sqlite'}")
    Base.metadata.create_all(engine)
    with running_pki(folder / "pki") as pki, Session(engine) as session:
        yield office.an_office(session, office.a_desk(pki, folder))
    engine.dispose()


def _head(department: Office) -> SigningRoute:
    """Initials, the head, number and date, seal."""
    return department.through_to_seal(department.started())


def _deputy(department: Office) -> SigningRoute:
    """A deputy signs a paper that was printed for the deputy (KT.)."""
    content = office.letter(signer="Lê Hoàng Phước Ưu", title="KT. GIÁM ĐỐC \\ PHÓ GIÁM ĐỐC")
    return _signed_by_deputy(department, content, number=126)


def _named(department: Office) -> SigningRoute:
    """A deputy signs a paper that was printed for the head: the stamp says in which power, and who."""
    return _signed_by_deputy(department, office.letter(), number=127)


def _in_words(department: Office) -> SigningRoute:
    """Nobody has given a picture: name, number and time stand there in words (ISO 8601, Vietnamese time)."""
    for owner in ({"person_id": department.staff["head"].id}, {"unit_id": department.unit.id}):
        reference = "head" if "person_id" in owner else "seal"
        key = {"reference": reference, "by": SYSTEM, "now": clock.now()}
        credentials.bind_key(department.session, department.desk, **owner, **key)
    route = department.started()
    department.sign(department.step(route, INITIALS), "clerk")
    department.sign(department.step(route, APPROVAL, P.HEAD), "head")
    department.number(route, 128)
    department.sign(department.step(route, SEAL), "registrar")
    return route


def _signed_by_deputy(department: Office, content: bytes, *, number: int) -> SigningRoute:
    route = department.started(content=content)
    department.sign(department.step(route, INITIALS), "clerk")
    department.sign(department.step(route, APPROVAL, P.HEAD), "deputy")
    department.number(route, number)
    department.sign(department.step(route, SEAL), "registrar")
    return route


def _draw(path: Path, title: str) -> None:
    document = pypdfium2.PdfDocument(path)
    document.init_forms()
    page = document[0]
    scale = WIDTH / page.get_width()
    _save(page.render(scale=scale, may_draw_forms=True).to_pil(), FOLDER / f"{title}.png")
    close = page.render(scale=scale * CLOSE, may_draw_forms=True).to_pil()
    _save(close.crop(_part(close)), FOLDER / f"{title}-detail.png")
    document.close()


def _part(page: Image.Image) -> tuple[int, int, int, int]:
    """The block of the signature, where the test letter has it."""
    left, top, right, bottom = (0.44, 0.315, 0.94, 0.49)
    return (int(page.width * left), int(page.height * top), int(page.width * right), int(page.height * bottom))


def _save(picture: Image.Image, path: Path) -> None:
    small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
