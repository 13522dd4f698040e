"""Start the embedded service: SQLite, files, jobs in the process, a demo province and its own certificate authority.

``python -m scripts.run serve --port 8000``  starts everything and stops everything on Ctrl-C
``python -m scripts.run exec -- COMMAND``    runs one command on the same data: ``flask --app wsgi db upgrade``

What stands in the environment already (``DMS_…``) is kept, so each engine can be exchanged by its address.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn, Self

ROOT = Path(__file__).resolve().parent.parent
PKI_PORTS = range(9700, 9900)
START_SECONDS = 60
STOP_SECONDS = 15


class CannotGoOn(Exception):
    """One sentence that tells the person at the terminal what to do."""


def main() -> int:
    args = parse_arguments()
    os.chdir(ROOT)
    try:
        if args.verb == "exec":
            return run_command(args.command)
        with stop_signals():
            serve(args.port)
    except CannotGoOn as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.run", description=__doc__.partition("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("serve").add_argument("--port", type=int, default=8000)
    verbs.add_parser("exec").add_argument("command", nargs=argparse.REMAINDER)
    return parser.parse_args()


def run_command(command: list[str]) -> int:
    words = command[1:] if command[:1] == ["--"] else command
    return subprocess.run(words, env=environment(8000) | {"DMS_IN_PROCESS_JOBS": "0"}, check=False).returncode


def serve(port: int) -> NoReturn:
    with service(port) as children:
        children.watch()


@contextmanager
def service(port: int) -> Iterator["Children"]:
    """Run the whole service for the length of a ``with`` block; the block starts when it answers."""
    ensure_free(port, f"choose another: make run PORT={port + 10}")
    settings = environment(port)
    ensure_free(pki_port(instance_folder()), "the demo certificates name it, so free it (another `make run`?)")
    bring_up_to_date(settings)
    with Children(settings) as children:
        children.start(*pki_command())
        children.start(*gunicorn_command(port))
        children.wait_for(f"http://127.0.0.1:{port}/")
        greet(port, settings)
        yield children


# --- What the service is given --------------------------------------------------------------------------------------


def environment(port: int) -> dict[str, str]:
    """The present environment, with an embedded set-up for every setting that it does not name."""
    folder = instance_folder()
    for name in ("", "blobs", "pki"):
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    return embedded_settings(folder, port) | dict(os.environ)


def instance_folder() -> Path:
    return Path(os.environ.get("DMS_INSTANCE_DIR", ROOT / "instance")).resolve()


def embedded_settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "DMS_INSTANCE_DIR": str(folder),
        "DMS_SECRET_KEY": secret(folder / "secret"),
        "DMS_PASSWORD_SALT": secret(folder / "password-salt"),
        "DMS_DATABASE_URL": f"sqlite:///{folder / 'dms.sqlite'}",
        "DMS_STORAGE_URL": (folder / "blobs").as_uri(),
        "DMS_KEY_FOLDER": str(folder / "pki" / "p12"),
        "DMS_KEY_PASSPHRASE": secret(folder / "key-passphrase"),
        "DMS_TSA_URL": " ".join(f"http://127.0.0.1:{pki_port(folder)}/demo/tsa/{name}" for name in ("tsa", "tsa-2")),
        "DMS_TRUST_ROOTS": str(folder / "pki" / "ca" / "root.pem"),
        "DMS_TRUST_INTERMEDIATES": str(folder / "pki" / "ca" / "issuing.pem"),
        "DMS_AGENT_KEY_FILE": str(agent_key(folder / "agent-key.pem")),
        "DMS_SECURE_COOKIES": "0",
        "DMS_DEMO": "1",
        "DMS_BASE_URL": f"http://127.0.0.1:{port}",
    }


def secret(path: Path) -> str:
    """Read the secret, or make it on the first start; only the owner may read the file."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def agent_key(path: Path) -> Path:
    """The key that signs requests to the programs on signers' computers; made on the first start."""
    if not path.exists():
        from cryptography.hazmat.primitives import serialization as forms  # slow to import, needed once
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    return path


def pki_port(folder: Path) -> int:
    """The port that the demo certificates name; before there are any, a free one by chance.

    By chance, for two first starts at once would both find the same one free, and one would sign with the other's PKI.
    """
    remembered = folder / "pki" / "port"
    if not remembered.exists():
        shuffled = secrets.SystemRandom().sample(PKI_PORTS, len(PKI_PORTS))
        remembered.write_text(str(next(filter(is_free, shuffled))))
    return int(remembered.read_text())


def ensure_free(port: int, advice: str) -> None:
    if not is_free(port):
        raise CannotGoOn(f"Port {port} is taken: {advice}.")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- The steps of a start -------------------------------------------------------------------------------------------


def make_demo_authority(settings: Mapping[str, str]) -> None:
    """Make the demo PKI's own certificates: the service reads them at its start, so they must be there first."""
    from demo import pki  # slow to import, and needed at the first start only

    folder = instance_folder() / "pki"
    print("Making a demo certificate authority (once) …", flush=True)
    pki.build(folder, [], settings["DMS_KEY_PASSPHRASE"], base_url=f"http://127.0.0.1:{pki_port(folder.parent)}")


def bring_up_to_date(settings: Mapping[str, str]) -> None:
    if not Path(settings["DMS_TRUST_ROOTS"]).exists():
        make_demo_authority(settings)
    for words in (["db", "upgrade"], ["demo", "load"]):
        if flask(settings, *words).returncode:
            raise CannotGoOn(f"`flask {' '.join(words)}` failed; the lines above say why. Nothing was started.")


def greet(port: int, settings: Mapping[str, str]) -> None:
    print(f"\nThe service is ready: http://127.0.0.1:{port}  (Ctrl-C stops it)\n", flush=True)
    flask(settings, "demo", "logins")


def flask(settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run one of the service's own commands; the jobs are left to the server."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(command, env=dict(settings) | {"DMS_IN_PROCESS_JOBS": "0"}, check=False)


def pki_command() -> list[str]:
    folder = instance_folder()
    return [sys.executable, "-m", "demo.pki", "serve", str(folder / "pki"), "--port", str(pki_port(folder))]


def gunicorn_command(port: int) -> list[str]:
    settings = f"file:{ROOT / 'gunicorn.conf.py'}"
    return [sys.executable, "-m", "gunicorn", "--config", settings, "--bind", f"127.0.0.1:{port}", "wsgi:create_app()"]


# --- Processes ------------------------------------------------------------------------------------------------------


class Children:
    """The processes of one start: each in a group of its own, and all gone when the block is left."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.settings = dict(settings)
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        print("\nStopping …", flush=True)
        for process in reversed(self.processes):
            stop(process)

    def start(self, *command: str) -> None:
        # The kernel ends the child if this process is killed without a chance to clean up.
        guard = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        self.processes.append(subprocess.Popen([*guard, *command], env=self.settings, start_new_session=True))

    def wait_for(self, url: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers(url):
            self.ensure_all_alive()
            if time.monotonic() > deadline:
                raise CannotGoOn(f"{url} did not answer within {START_SECONDS} s.")
            time.sleep(0.1)

    def ensure_all_alive(self) -> None:
        for process in self.processes:
            if process.poll() is not None:
                raise CannotGoOn(f"{process.args!r} ended with {process.returncode}; the lines above say why.")

    def watch(self) -> NoReturn:
        """Stay until a signal comes (KeyboardInterrupt) or one of the processes ends by itself (CannotGoOn)."""
        while True:
            self.ensure_all_alive()
            time.sleep(0.5)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  (our own address on the loopback)
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: kindly, and after a while by force."""
    signal_group(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    signal_group(process, signal.SIGKILL)
    process.wait()


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextmanager
def stop_signals() -> Iterator[None]:
    """Within the block a polite end from anywhere is the same as Ctrl-C, and a second one cannot break the clean-up."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        raise KeyboardInterrupt

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    yield


if __name__ == "__main__":
    sys.exit(main())
