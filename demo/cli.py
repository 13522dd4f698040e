"""``flask demo load`` fills an empty database with the demo province; ``flask demo logins`` says who can log in."""

from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import click
from flask import Flask
from flask.cli import AppGroup

from blueprints.web import tools, transaction
from config import Settings
from demo import load, pki, story
from demo.province import DOMAIN, PASSWORD, PEOPLE
from dms import clock

group = AppGroup("demo", help="The demo province: made-up people, worthless certificates.")


def init_app(app: Flask) -> None:
    """Add the commands; the app does so only where ``DMS_DEMO`` is on."""
    app.cli.add_command(group)


@group.command("load")
def load_command() -> None:
    """Load the demo province into an empty database; do nothing where there already is data."""
    settings = tools().settings
    with transaction() as session:
        if load.is_loaded(session):
            load.bind_keys(session, tools().signing, now=clock.now())  # an upgrade may have retired them
            return
    click.echo("Loading the demo province (once) …")
    folder = settings.key_folder.parent
    pki.build(folder, load.subjects(), settings.key_passphrase.get_secret_value(), base_url=_pki_address(settings))
    with _pki_server(settings, folder):
        with transaction() as session:
            load.load_province(session)
            load.bind_keys(session, tools().signing, now=clock.now())
        story.tell(tools())


@group.command("logins")
def logins_command() -> None:
    """Print who can log in, and as what."""
    for row in PEOPLE:
        click.echo(f"  {row.account}@{DOMAIN:<26} {row.what:<52} {PASSWORD}")


def _pki_address(settings: Settings) -> str:
    parts = urlsplit(settings.tsa_url.split()[0])
    return f"{parts.scheme}://{parts.netloc}"


def _pki_server(settings: Settings, folder: Path) -> object:
    """Serve the PKI for the length of the load, unless somebody already does."""
    port = urlsplit(settings.tsa_url.split()[0]).port or pki.DEFAULT_PORT
    try:
        urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
    except OSError as error:
        return nullcontext() if hasattr(error, "code") else pki.running(folder, port)
    return nullcontext()
