"""``python -m dms_agent --module DRIVER --server https://…``: see the README beside this file."""

import argparse
import base64
import os
import sys
from contextlib import suppress
from pathlib import Path

from dms_agent.asking import choice
from dms_agent.desk import Desk, Means, State
from dms_agent.errors import AgentError
from dms_agent.loopback import DEFAULT_PORT, Loopback
from dms_agent.pull import sign_by_code
from dms_agent.trust import PairedServer, PairedServers, fetch, origin_of
from dms_agent.words import LANGUAGES, sentence_of, text

ASK_FOR_CODE = "?"
YES = ("c", "co", "có", "y", "yes")


def main() -> int:
    """Run until told to stop; 1 if something cannot be done."""
    args = arguments()
    with suppress(KeyboardInterrupt, EOFError):
        try:
            run(args)
        except AgentError as error:
            say(sentence_of(error, args.language))
            return 1
    return 0


def arguments() -> argparse.Namespace:
    """What was written on the command line."""
    parser = argparse.ArgumentParser(prog="python -m dms_agent", description=__doc__)
    parser.add_argument("--module", required=True, help="the PKCS#11 driver of the token (.dll, .so, .dylib)")
    parser.add_argument("--server", help="address of the service, https://…")
    parser.add_argument("--pull", nargs="?", const=ASK_FOR_CODE, metavar="CODE", help="sign by the web page's code")
    parser.add_argument(
        "--ask", choices=(choice.AUTO, *choice.WAYS), default=choice.AUTO, help="where the PIN is asked"
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on this computer for the web page")
    parser.add_argument("--language", choices=LANGUAGES, default="vi")
    parser.add_argument("--pair-again", action="store_true", help="take the service's key anew")
    parser.add_argument("--list", action="store_true", help="show the certificates on the tokens")
    parser.add_argument("--export", type=Path, metavar="FOLDER", help="write these certificates as .cer files")
    parser.add_argument("--home", type=Path, default=default_home(), help="folder of the pairing file")
    args = parser.parse_args()
    if not (args.server or args.list or args.export):
        parser.error("--server is needed, or --list, or --export")
    return args


def default_home() -> Path:
    """The user's own settings folder."""
    base = os.environ.get("APPDATA") or os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "dms-agent"


def run(args: argparse.Namespace) -> None:
    """Do the one thing that was asked for."""
    desk = Desk(Means(args.module, args.ask, args.language))
    if args.list or args.export:
        show_certificates(desk, args)
        return
    servers = PairedServers.load(args.home / "servers.json")
    pair(servers, args)
    try:
        if args.pull:
            pull(desk, servers, args)
        else:
            listen(desk, servers, args)
    finally:
        desk.close()


def pair(servers: PairedServers, args: argparse.Namespace) -> None:
    """Pin the service's key, once, after the person has compared it. Raises what ``trust.fetch`` raises.

    Without a terminal nobody can be asked: the fingerprint is shown, and stays to be compared.
    """
    address = origin_of(args.server)
    if address in servers.servers and not args.pair_again:
        say(_paired(servers.servers[address], args))
        return
    found = fetch(address)
    say(_paired(found, args))
    say(text("compare", args.language))
    if sys.stdin.isatty() and input(text("is_the_same", args.language)).strip().lower() not in YES:
        raise AgentError("pairing_declined", address=address)
    servers.keep(found)


def _paired(server: PairedServer, args: argparse.Namespace) -> str:
    return text("paired", args.language, address=server.address, fingerprint=" · ".join(server.fingerprints))


def listen(desk: Desk, servers: PairedServers, args: argparse.Namespace) -> None:
    """Serve the pages of the paired services."""
    with Loopback(desk, servers, args.port) as loopback:
        origins = ", ".join(sorted(servers.origins))
        say(text("listening", args.language, origins=origins, port=loopback.server_port))
        loopback.serve_forever()


def pull(desk: Desk, servers: PairedServers, args: argparse.Namespace) -> None:
    """Sign by code: the one that was given, or one after the other until an empty line."""
    if args.pull != ASK_FOR_CODE:
        sign_one(args.pull, desk, servers, args)
        return
    while code := input(text("code", args.language)).strip():
        try:
            sign_one(code, desk, servers, args)
        except AgentError as error:
            say(sentence_of(error, args.language))


def sign_one(code: str, desk: Desk, servers: PairedServers, args: argparse.Namespace) -> None:
    """One code. Raises AgentError, also for what the token refused."""
    job = sign_by_code(args.server, code, desk, servers)
    if job.state is not State.DONE:
        raise AgentError(job.code, **job.params)
    say(text("signed", args.language, count=len(job.signatures)))


def show_certificates(desk: Desk, args: argparse.Namespace) -> None:
    """List what is on the tokens, and write it to files if a folder was named."""
    found = desk.certificates()
    if args.export:
        args.export.mkdir(parents=True, exist_ok=True)
    if not found:
        say(text("nothing_found", args.language))
    for each in found:
        say(f"{each['subject']} · {each['token']} · {each['sha256']}")
        if args.export:
            path = args.export / f"{each['sha256'][:16]}.cer"
            path.write_bytes(base64.b64decode(each["certificate"]))
            say(text("written", args.language, path=path))


def say(words: str) -> None:
    """To the person at the terminal."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
