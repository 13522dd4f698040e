"""Commands for the health of the service: doctor, storage, outbox."""

import json
import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale

from blueprints import premises
from blueprints.extensions import db
from blueprints.operators import OPERATOR
from blueprints.shell import as_moment, as_size
from blueprints.trouble_words import check_name, mend, told
from blueprints.web import tools, transaction
from dms import clock
from dms import outbox as events_out
from dms.upkeep import blobs, doctor, events
from dms.upkeep.model import Examined, Gravity, Ward, worst

# As monitoring programs read it: 0 well, 1 warning, 2 critical.
EXIT = {None: 0, Gravity.NOTE: 0, Gravity.WARNING: 1, Gravity.ERROR: 2}
MARKS = {None: "✓", Gravity.NOTE: "·", Gravity.WARNING: "!", Gravity.ERROR: "✗"}
MOST_SHOWN = 20
AT_ONCE = 25  # files removed in one transaction: others wait meanwhile

storage = AppGroup("storage", help="The object store.")
outbox = AppGroup("outbox", help="Events on their way to workers.")


def init_app(app: Flask) -> None:
    """Add the commands to ``flask``."""
    app.cli.add_command(doctor_command)
    for group in (storage, outbox):
        app.cli.add_command(group)


# --- doctor


@click.command("doctor")
@click.option("--deep", is_flag=True, help="Read and hash every file, open every signed one, however old.")
@click.option("--repair", is_flag=True, help="Mend what is safe to mend, then examine.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@with_appcontext
def doctor_command(*, deep: bool, repair: bool, as_json: bool, language: str) -> None:
    """Say what is wrong with the service and how to mend it; ends with 0 (well), 1 (warnings) or 2 (errors)."""
    with force_locale(language):
        mended = _repair() if repair else {}
        found = [
            *premises.run(),
            *doctor.run(Ward(db.session(), tools().signing, clock.now(), deep=deep, calendar=tools().calendar)),
        ]
        click.echo(_as_json(found, mended) if as_json else "\n".join(_lines(found, mended)))
    sys.exit(EXIT[worst(tuple(trouble for each in found for trouble in each.troubles))])


def _repair() -> dict[str, int]:
    with transaction() as session:
        return doctor.repair(session, by=OPERATOR, now=clock.now())


def _lines(found: Iterable[Examined], mended: dict[str, int]) -> Iterable[str]:
    for name, count in mended.items():
        if count:
            yield f"+ {check_name(name)}: {count}"
    for each in found:
        yield f"{MARKS[each.gravity]} {check_name(each.check)} ({each.seen})"
        for trouble in each.troubles[:MOST_SHOWN]:
            yield f"    {MARKS[trouble.gravity]} {told(trouble)}"
            yield f"      → {mend(trouble)}"
        if len(each.troubles) > MOST_SHOWN:
            yield f"      … +{len(each.troubles) - MOST_SHOWN}"


def _as_json(found: Iterable[Examined], mended: dict[str, int]) -> str:
    return json.dumps({"mended": mended, "checks": [_check(each) for each in found]}, ensure_ascii=False, default=str)


def _check(each: Examined) -> dict[str, Any]:
    troubles = [
        {"code": t.code, "gravity": t.gravity.value, "params": dict(t.params), "text": told(t), "remedy": mend(t)}
        for t in each.troubles
    ]
    return {"check": each.check, "seen": each.seen, "whole": each.is_whole, "troubles": troubles}


# --- storage


@storage.command("sweep")
@click.option("--older-than", "hours", default=24.0, show_default=True, help="Hours since a file was last stored.")
@click.option("--delete", is_flag=True, help="Remove them; without it they are only listed.")
def sweep(*, hours: float, delete: bool) -> None:
    """List the files in the store that no row names, and remove them with --delete."""
    least = blobs.YOUNGEST / timedelta(hours=1)
    if hours < least:
        raise click.BadParameter(f"at least {least:g}: a younger file may be about to be named")
    now, store = clock.now(), tools().desk.storage
    older_than = now - timedelta(hours=hours)
    count = size = 0
    for batch in blobs.batches(list(blobs.orphans(db.session(), store, older_than=older_than, now=now)), AT_ONCE):
        if delete:
            with transaction() as session:
                batch = blobs.remove(session, store, batch, older_than=older_than, by=OPERATOR, now=now)  # noqa: PLW2901
        for blob in batch:
            click.echo(f"{blob.digest}  {blob.size:>12}  {as_moment(blob.stored_at)}")
        count, size = count + len(batch), size + sum(blob.size for blob in batch)
    unfinished = store.sweep(older_than) if delete else 0
    done = "removed" if delete else "to remove (--delete does it)"
    click.echo(f"{count} files, {as_size(size)} {done}; unfinished uploads removed: {unfinished}.")


# --- outbox


@outbox.command("list")
def list_events() -> None:
    """List the events that were given up, newest first, with the last error."""
    found = events_out.given_up(db.session())
    for event in found:
        click.echo(f"{event.id}  {as_moment(event.failed_at)}  {event.name}  {json.dumps(event.payload)}")
        click.echo(f"    {event.attempts}×  {(event.last_error or '').splitlines()[0] if event.last_error else ''}")
    click.echo(f"{len(found)} events were given up.")


@outbox.command("retry")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
def retry(*, ids: tuple[UUID, ...], everything: bool) -> None:
    """Let given-up events be tried again, as soon as a worker is there."""
    if bool(ids) == everything:
        raise click.UsageError("name the events, or say --all")
    with transaction() as session:
        chosen = events.try_again(session, None if everything else ids, by=OPERATOR, now=clock.now())
    click.echo(f"{len(chosen)} events wait for a worker again.")
