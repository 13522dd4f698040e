"""Commands for those who run the service: show, audit, campaign, account, archive."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.orm import Session

from blueprints import accounts, errors, rules_in_words
from blueprints.campaign_problems import problem_sentence
from blueprints.labels import label
from blueprints.operators import OPERATOR
from blueprints.web import tools, transaction
from config import PREFIX, Settings
from dms import clock
from dms.archive import sealing, search
from dms.campaigns import service as campaigns
from dms.dossiers import lifecycle
from dms.errors import DomainError
from dms.people import administration, service
from dms.people.administration import GrantTerms
from dms.people.models import Person
from dms.policy import POLICY, Role

show = AppGroup("show", help="Print what the service is made of.")
audit_group = AppGroup("audit", help="The chains of events.")
campaign = AppGroup("campaign", help="Campaign files.")
account = AppGroup("account", help="Log-ins.")
archive = AppGroup("archive", help="The search index; sealing.")


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    for group in (show, audit_group, campaign, account, archive):
        app.cli.add_command(group)


# --- show


@show.command("lifecycle")
def show_lifecycle() -> None:
    """Print the life of a dossier: act, from, to, who may."""
    with force_locale("vi"):
        rows = [
            (
                label(move.action),
                " | ".join(label(each) for each in sorted(move.start, key=list(type(move.end)).index)),
                label(move.end),
                label(move.permission) or "(theo sau việc khác)",
            )
            for move in lifecycle.LIFE_CYCLE
        ]
    _table(("việc", "từ trạng thái", "đến trạng thái", "quyền"), rows)


@show.command("permissions")
def show_permissions() -> None:
    """Print who may do what, as the customer signs it off."""
    with force_locale("vi"):
        rows = [
            (permission.value if index == 0 else "", label(permission) if index == 0 else "", rules_in_words.of(rule))
            for permission, rules in POLICY.items()
            for index, rule in enumerate(rules)
        ]
    _table(("mã", "quyền", "ai (một dòng là đủ)"), rows)


@show.command("settings")
def show_settings() -> None:
    """Print every setting, its present value (secrets hidden) and what it is for."""
    settings = tools().settings
    rows = [
        (PREFIX + name.upper(), settings.shown(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    _table(("variable", "value", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


# --- campaign, account


@campaign.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(files: tuple[Path, ...]) -> None:
    """Accept campaign files; a file that breaks a rule is refused with each line that does."""
    for file in files:
        try:
            with transaction() as session:
                text = file.read_text("utf-8")
                revision = campaigns.accept(session, text, filename=file.name, by=OPERATOR, now=clock.now())
                click.echo(f"{file}: {revision.title} – revision {revision.number}")
        except DomainError as error:
            _refuse(error, str(file))


@account.command("create")
@click.argument("email")
@click.option("--name", help="Full name; enters the person where the address is new.")
@click.option("--administrator-of", metavar="UNIT", help="Code of the unit for which the person gets that role.")
def create(email: str, name: str | None, administrator_of: str | None) -> None:
    """Give a person a log-in and print its one-time password."""
    try:
        with transaction() as session:
            person = administration.person_by_email(session, email)
            if person is None:
                person = administration.add_person(session, name or email, email, by=OPERATOR, now=clock.now())
            if administrator_of:
                _make_administrator(session, person, administrator_of)
            _account, password = accounts.open_account(session, person.id, by=OPERATOR, now=clock.now())
            click.echo(f"{email}  {password}  (to be changed at the first log-in)")
    except DomainError as error:
        _refuse(error, email)


def _make_administrator(session: Session, person: Person, unit_code: str) -> None:
    unit = service.unit_by_code(session, unit_code)
    today = clock.day_of(clock.now())
    terms = GrantTerms(unit.id, person.id, Role.ADMINISTRATOR, valid_from=today)
    administration.grant_role(session, terms, by=OPERATOR, now=clock.now())


def _refuse(error: DomainError, what: str) -> None:
    problems = error.params.get("problems", ())
    for problem in problems:
        click.echo(problem_sentence(problem, what), err=True)
    if not problems:
        click.echo(f"{what}: {errors.sentence(error)}", err=True)
    sys.exit(1)


# --- archive


@archive.command("reindex")
def reindex() -> None:
    """Make the search index over all awards anew, as after a merger of units."""
    with transaction() as session:
        count = search.reindex(session)
    click.echo(f"{count} awards are in the index.")


@archive.command("seal")
def seal() -> None:
    """Try again to seal the decided dossiers whose sealing was given up (the time-stamping authority was away)."""
    with transaction() as session:
        count = sealing.announce_all(session, now=clock.now())
    click.echo(f"{count} dossiers will be sealed.")
