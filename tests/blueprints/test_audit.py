"""The history of a dossier, for those who may read it, and for an outsider who verifies it."""

import ast
import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from blueprints.acts import ACTS
from dms.audit import AuditEvent
from dms.campaigns.vocabulary import StepAction
from dms.documents.models import Origin
from dms.dossiers.lifecycle import Action
from dms.people.models import Person
from tests.blueprints.helpers import Browser, World, enter, login, writing
from tests.factories import a_campaign, a_dossier, a_nominee, a_province, clerk_of


@pytest.fixture
def told(app: Flask) -> tuple[UUID, str]:
    """A dossier in which something happened, and the address of its clerk."""
    with writing(app) as session:
        a_province(session)
        dossier = a_dossier(session, revision=a_campaign(session))
        a_nominee(session, dossier)
        clerk = session.get_one(Person, clerk_of(session, dossier).person_id)
        enter(session, clerk)
        return dossier.id, clerk.email


def test_the_clerk_reads_what_happened_and_that_the_chain_holds(client: Browser, told: tuple[UUID, str]) -> None:
    dossier_id, clerk = told
    login(client, clerk)
    page = client.get(f"/audit/dossier/{dossier_id}").text
    assert "Thêm tập thể, cá nhân được đề nghị" in page
    assert "Chuỗi nhật ký nguyên vẹn" in page


def test_a_changed_event_is_shown_as_a_break(app: Flask, client: Browser, told: tuple[UUID, str]) -> None:
    dossier_id, clerk = told
    with writing(app) as session:
        session.execute(update(AuditEvent).where(AuditEvent.position == 0).values(actor_name="somebody else"))
    login(client, clerk)
    page = client.get(f"/audit/dossier/{dossier_id}").text
    assert "không còn nguyên vẹn" in page
    assert "is-broken" in page


@pytest.mark.parametrize("suffix", ["", "/chain.json"])
def test_another_units_clerk_does_not_even_learn_that_there_is_a_history(
    client: Browser, told: tuple[UUID, str], world: World, suffix: str
) -> None:
    login(client, world.clerk)
    assert client.get(f"/audit/dossier/{told[0]}{suffix}").status_code == 404


def test_every_tag_that_the_code_records_has_words() -> None:
    written = {
        argument.value
        for file in [*Path("dms").rglob("*.py"), Path("blueprints/accounts.py")]
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "record"
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    computed = {f"dossier:status:{each}" for each in Action} | {f"document:version:{each}" for each in Origin}
    computed |= {f"signing:step:{each}" for each in StepAction}
    assert len(written) > 20
    assert (written | computed) - set(ACTS) == set()


def test_things_without_a_history_are_not_found(client: Browser, world: World) -> None:
    login(client, world.administrator)
    assert client.get(f"/audit/password/{world.unit_id}").status_code == 404


def test_an_outsider_verifies_the_export_by_its_own_instructions(client: Browser, told: tuple[UUID, str]) -> None:
    dossier_id, clerk = told
    login(client, clerk)
    answer = client.get(f"/audit/dossier/{dossier_id}/chain.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    exported: dict[str, Any] = json.loads(answer.text)
    previous = "0" * 64
    for position, event in enumerate(exported["events"]):
        claimed = event.pop("hash")
        canonical = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(canonical.encode()).hexdigest() == claimed
        assert (event["position"], event["previous_hash"]) == (position, previous)
        previous = claimed
    assert exported["holds"] is True
    assert len(exported["events"]) >= 2
