"""The Chair's office in the app's own database, with log-ins: for the screens of decisions, awards and archive."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from blueprints.web import tools
from dms.handlers import Workshop
from dms.people.models import Person, Unit
from tests import factories as make
from tests.blueprints.helpers import enter, writing
from tests.dms.awards.world import BASE_URL, Chancery, a_chancery
from tests.pki import Pki


def trusting(pki: Pki) -> dict[str, Any]:
    """Settings of an app that signs with the keys of the test authority."""
    return {
        "key_folder": pki.folder / "p12",
        "key_passphrase": pki.passphrase,
        "tsa_url": pki.tsa_url,
        "trust_roots": pki.root,
        "trust_intermediates": pki.folder / "ca" / "issuing.pem",
        "base_url": BASE_URL,
    }


class Registry:
    """The office, its people's addresses, and a way to let things happen beside the browser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with writing(app) as session:
            self.office = a_chancery(session, tools().signing)
            people = {"clerk": self.office.clerk, "archivist": self.office.archivist}
            people["stranger"] = make.a_clerk(session, make.a_unit(session))
            self.addresses = {role: self._enter(session, actor.person_id) for role, actor in people.items()}

    @staticmethod
    def _enter(session: Session, person_id: object) -> str:
        person = session.get_one(Person, person_id)
        enter(session, person)
        return person.email

    def at_work(self, act: Callable[[Chancery], Any]) -> Any:
        """Let something happen to the data beside the browser; what ``act`` returns must not be a row."""
        with writing(self.app) as session:
            return act(self.office.on(session))

    def archived(
        self, *individuals: str, unit_name: str = "Sở Giáo dục và Đào tạo", number: int = 125
    ) -> dict[str, Any]:
        """A dossier with a signed paper, decided, certified and sealed; the ids and codes of its awards by name."""

        def act(office: Chancery) -> dict[str, Any]:
            unit: Unit = make.a_unit(office.session, name=unit_name)
            dossier = office.appraised(individuals or ("Lê Thị Ánh",), unit=unit)
            office.add_signed_paper(dossier)
            awards = office.conferred(dossier, number=number)
            settings = tools().settings
            office.work(Workshop(office.desk.desk, office.desk, settings.base_url, settings.demo))
            return {award.recipient: (award.id, award.public_code, dossier.id, dossier.code) for award in awards}

        return self.at_work(act)
