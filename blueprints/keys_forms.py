"""The form with which a person asks for a certificate to be bound."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired

from blueprints.forms import ChoiceField, optional, required
from dms.errors import Invalid
from dms.signing import pades
from dms.signing.binding import KeyWish
from dms.signing.keys import KeyKind

LARGEST_CERTIFICATE, LARGEST_PICTURE = 64 << 10, 4 << 20
_PRIVATE = (b"PRIVATE KEY-----",)


class _KeyForm(FlaskForm):
    """Whose key it is, and how the signature looks."""

    owner = ChoiceField(_l("Whose signature"), [required()])
    picture = FileField(
        _l("Picture of the signature or seal"),
        [optional()],
        description=_l(
            "PNG with a transparent ground: the signature in blue, the seal in red (Decree 30/2020, annex I)."
        ),
    )

    def wish(self, kind: KeyKind) -> KeyWish:
        """What was typed. Raises Invalid for a file that cannot be what it should be."""
        unit_id = UUID(self.owner.data) if self.owner.data != "me" else None
        picture = _read(self.picture.data, LARGEST_PICTURE, "picture") or None
        return KeyWish(kind, unit_id=unit_id, picture=picture, **self.named())

    def named(self) -> dict[str, Any]:
        """What names the key."""
        raise NotImplementedError


class ServerKeyForm(_KeyForm):
    """A key that this server can ask."""

    reference = ChoiceField(_l("Key"), [required()], description=_l("Keys on this server that nobody signs with yet."))

    def named(self) -> dict[str, Any]:
        """The name of the key."""
        return {"reference": self.reference.data}


class OwnKeyForm(_KeyForm):
    """A key that only the signer has; the certificate is public and may be uploaded."""

    certificate = FileField(
        _l("Certificate"),
        [FileRequired(_l("Choose the file with your certificate."))],
        description=_l(
            "The certificate alone (.cer, .crt, .pem), as your token's software exports it. Never a private key."
        ),
    )

    def named(self) -> dict[str, Any]:
        """The certificate, and others in the same file."""
        first, *others = _certificates(_read(self.certificate.data, LARGEST_CERTIFICATE, "certificate"))
        return {"certificate": first, "others": tuple(others)}


def _certificates(data: bytes) -> list[bytes]:
    if any(mark in data for mark in _PRIVATE):
        raise Invalid("private_key_uploaded", field="certificate")
    try:
        found = pades.read_certificates(data)
    except (ValueError, TypeError):
        found = []
    if not found:
        raise Invalid("certificate_unreadable", field="certificate")
    return found


def _read(upload: Any, most: int, field: str) -> bytes:
    data: bytes = upload.read(most + 1) if upload else b""
    if len(data) > most:
        raise Invalid("key_file_too_large", field=field)
    return data
