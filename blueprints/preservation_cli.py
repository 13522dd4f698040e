"""Commands that keep the archive provable: renew archive time stamps, make checkpoints, verify the histories."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from blueprints import cli, errors, jobs, keeping, preservation_words
from blueprints.extensions import db
from blueprints.operators import OPERATOR
from blueprints.shell import as_date, as_moment
from blueprints.web import tools, transaction
from dms import audit, clock
from dms.archive import checkpoints, renewal, stamps
from dms.archive.checkpoints import Checkpoint
from dms.errors import DomainError


def init_app(_app: Flask) -> None:
    """Add the commands to the groups that the app has."""
    cli.archive.add_command(renew)
    for command in (checkpoint, verify):
        cli.audit_group.add_command(command)


_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("renew")
@click.option("--before", "days", type=click.IntRange(min=0), help="Files whose proof ends within so many days.")
@click.option("--dry-run", is_flag=True, help="Only list them.")
@with_appcontext
def renew(*, days: int | None, dry_run: bool) -> None:
    """Give sealed files a further archive time stamp before the last one ends; ends with 1 where one failed."""
    within = timedelta(days=tools().settings.archive_renew_days if days is None else days)
    with transaction() as session:
        stamps.take_stock(session, tools().signing)
    if dry_run:
        _list_due(within)
        return
    with transaction() as session:
        count = renewal.renew_now(session, within=within, by=OPERATOR, now=clock.now())
    jobs.run_waiting(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - the app behind the proxy
    failed = stamps.unfinished(db.session())
    titles = renewal.titles_of(db.session(), failed)
    for event in failed:
        title = titles.get(event.payload["version_id"], "?")
        click.echo(f"{title}: {preservation_words.failure(event.last_error)}", err=True)
    click.echo(f"{count - len(failed)} of {count} files were renewed.")
    sys.exit(1 if failed else 0)


def _list_due(within: timedelta) -> None:
    found = db.session().scalars(stamps.due(before=clock.now() + within)).all()
    for row in found:
        click.echo(f"{row.version_id}  {as_date(row.good_until)}  {row.algorithm}  {row.authority}")
    click.echo(f"{len(found)} files would be renewed.")


@click.command("checkpoint")
@click.option("--to", "folder", type=_FOLDER, help="Also copy all checkpoints to this folder.")
@with_appcontext
def checkpoint(folder: Path | None) -> None:
    """Put the heads of all histories that moved under a time stamp."""
    try:
        made = keeping.make_checkpoint()
    except DomainError as error:
        click.echo(errors.sentence(error), err=True)
        sys.exit(1)
    if folder:
        checkpoints.export_to(folder, checkpoints.stored(db.session()))
    if made is None:
        click.echo("Nothing has moved since the last checkpoint.")
    else:
        click.echo(f"Checkpoint {made.number}: {made.heads} histories, {made.authority}, {as_moment(made.stamped_at)}.")


@click.command("verify")
@click.option("--from", "folder", type=_FOLDER, help="Also hold them against the checkpoints in this folder.")
@with_appcontext
def verify(folder: Path | None) -> None:
    """Check every history, also against the checkpoints; list what does not hold and end with 1 where there is any."""
    problems = 0
    for each in audit.verify(db.session()):
        click.echo(f"{each.subject} {each.subject_id} event {each.position}: {each.reason}")
        problems += 1
    for place, kept in _kept(folder):
        problems += _verify_against(place, kept)
    click.echo("The chains hold." if not problems else f"{problems} breaks.")
    sys.exit(1 if problems else 0)


def _kept(folder: Path | None) -> Iterator[tuple[str, list[Checkpoint]]]:
    yield "database", list(checkpoints.stored(db.session()))
    for each in {folder, tools().settings.checkpoint_folder} - {None}:
        try:
            yield str(each), checkpoints.read_from(each)  # type: ignore[arg-type]  # None was taken out
        except (OSError, DomainError) as error:
            click.echo(f"{each}: {error}", err=True)
            sys.exit(1)


def _verify_against(place: str, kept: list[Checkpoint]) -> int:
    report = checkpoints.verify(db.session(), kept, tools().signing.trust)
    for each in report.contradictions:
        click.echo(f"checkpoint {each.checkpoint} ({place}): {preservation_words.contradiction(each)}")
    if report.last:
        told = f"the last of {as_moment(report.last.at)} by {report.last.authority}"
        click.echo(f"{report.count} checkpoints ({place}), {told}.")
    return len(report.contradictions)
