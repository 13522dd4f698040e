"""The state's desktop signer as its published script knows it, really signing with a test key.

It follows the messages: one connection for each act, one JSON text in, one out; it fetches ``FileName`` without any
log-in, signs, and posts the signed file as ``uploadfile`` to ``FileUploadHandler``. A ``user`` decides what happens in
between, as a person at the program's window would.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.sync.server import Server, ServerConnection, serve

PATHS = {"/SignApproved", "/SignIssued", "/SignCopy", "/SignPDF", "/SignAppendix", "/SignIncome", "/Comment"}
WITH_NUMBER = {"/SignIssued", "/SignCopy", "/SignAppendix"}
PATIENCE_SECONDS = 60

User = Callable[[bytes], bytes | None]
"""What the person at the window does with the file: sign it, do something worse, or close the window (None)."""


@dataclass
class Standin:
    """The program: what it heard, and who sits before it."""

    folder: Path
    user: User
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    server: Server | None = None
    lies: bool = False

    def stop(self) -> None:
        """Somebody ends the program, or never started it."""
        if self.server is not None:
            self.server.shutdown()

    @property
    def address(self) -> str:
        return f"wss://127.0.0.1:{self.port}"

    def serve_one(self, connection: ServerConnection) -> None:
        """One act: the connection is closed after its answer, as the published script expects."""
        path = urlsplit(connection.request.path).path if connection.request else ""
        message = json.loads(connection.recv())
        self.heard.append((path, message))
        answer = _told(0, "") if self.lies else self.act(path, message)
        self.answered.append(answer)
        connection.send(json.dumps(answer))

    def act(self, path: str, message: dict[str, Any]) -> dict[str, Any]:
        """Fetch, let the user sign, post; what the page hears is made of what the upload handler said."""
        if path not in PATHS or (path in WITH_NUMBER and "DocNumber" not in message):
            return _told(1, "Lệnh không hợp lệ")
        try:
            signed = self.user(_fetched(message["FileName"]))
        except OSError as error:
            return _told(1, f"Không tải được tệp: {error}")
        if signed is None:
            return _told(1, "Người dùng đã hủy ký số")
        said = _posted(message["FileUploadHandler"], signed)
        numbers = {"DocumentNumber": message.get("DocNumber", ""), "DocumentDate": message.get("IssuedDate", "")}
        return said | numbers | {"Error": "", "CustomSignatureText": "", "Signature": ""}


@contextmanager
def running(standin: Standin) -> Iterator[Standin]:
    """Let the program listen on a free port with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(standin.folder))
    server: Server = serve(standin.serve_one, "127.0.0.1", 0, ssl=context)
    standin.server, standin.port = server, server.socket.getsockname()[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield standin
    finally:
        standin.stop()
        thread.join()


def _fetched(address: str) -> bytes:
    with urlopen(Request(address, headers={"User-Agent": "VGCASignService"}), timeout=PATIENCE_SECONDS) as answer:
        content: bytes = answer.read()
        return content


def _posted(address: str, content: bytes) -> dict[str, Any]:
    """The multipart body that the program sends; it reads the answer whatever its status is."""
    boundary = uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="uploadfile"; filename="van-ban_signed.pdf"\r\n'
    body = head.encode() + b"Content-Type: application/pdf\r\n\r\n" + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "User-Agent": "VGCASignService"}
    try:
        with urlopen(Request(address, body, headers), timeout=PATIENCE_SECONDS) as answer:
            said: dict[str, Any] = json.load(answer)
    except HTTPError as error:
        said = json.load(error)
    return said


def _told(status: int, message: str) -> dict[str, Any]:
    return {"Status": status, "Message": message, "Error": "", "FileName": "", "FileServer": ""}


def _certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1, such as the program installs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "vgca.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path
