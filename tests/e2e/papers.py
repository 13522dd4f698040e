"""Put papers of a department before its head, in the folder of a service: ``python -m tests.e2e.papers 20``."""

import io
import os
import sys

from sqlalchemy import select

import config
from bench import papers
from blueprints.web import Tools, transaction
from dms import clock
from dms.audit import Trail
from dms.campaigns.vocabulary import Side
from dms.documents import service as documents
from dms.documents.models import DocumentKind, Origin
from dms.people.models import Unit
from dms.policy import SYSTEM
from dms.signing import placement
from dms.signing.service import RoutePlan
from scripts import run
from tests.dms.signing.office import HEAD_ONLY, LETTER
from wsgi import create_app

UNIT = "so-gddt"
HEAD = "Nguyễn Thị Thuỳ Dương"


def title(number: int) -> str:
    return f"Tờ trình số {number} đề nghị tặng Bằng khen của Chủ tịch UBND tỉnh"


def main() -> None:
    for name, value in run.environment(8000).items():
        if name.startswith(config.PREFIX):
            os.environ[name] = value
    app = create_app(config.load(in_process_jobs=False))
    tools: Tools = app.extensions["dms"]
    with app.app_context(), transaction() as session:
        unit = session.scalars(select(Unit).where(Unit.code == UNIT)).one()
        for number in range(1, int(sys.argv[1]) + 1):
            content = _letter(number)
            document = documents.create_document(
                session, unit_id=unit.id, kind=DocumentKind.SUBMISSION_LETTER, title=title(number), symbol="TTr-SGDĐT"
            )
            act = {"trail": Trail("document", document.id), "by": SYSTEM, "now": clock.now()}
            taken = documents.receive(tools.desk, io.BytesIO(content), filename="to-trinh.pdf")
            documents.add_version(session, document.id, taken, origin=Origin.UPLOADED, **act)
            plan = RoutePlan(title=document.title, stages=HEAD_ONLY, units={Side.OWN: unit.id}, trail=act["trail"])
            placement.start(session, tools.signing, document, plan, by=SYSTEM, now=clock.now())


def _letter(number: int) -> bytes:
    """Every second paper has two pages, so that the signature goes on another one than the first."""
    source = LETTER % {"signer": HEAD, "title": "GIÁM ĐỐC"}
    opening = "Sở Nội vụ kính trình"
    return papers.typeset(source.replace(opening, f"{papers.prose()}{opening}") if number % 2 else source)


if __name__ == "__main__":
    main()
