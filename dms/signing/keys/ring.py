"""All keys that this server can ask, by kind."""

from collections.abc import Mapping, Sequence

from dms.errors import Invalid, Unavailable
from dms.signing.keys.kinds import SERVER_KINDS, Held, KeyKind, KeyProvider, KeySource, SecretKind


class KeyRing:
    """Built once per process and shared by its threads. A kind that is not configured has no source."""

    def __init__(self, sources: Mapping[KeyKind, KeySource]) -> None:
        self._sources = dict(sources)

    @property
    def kinds(self) -> tuple[KeyKind, ...]:
        """The kinds that are configured, in the order of ``KeyKind``."""
        return tuple(kind for kind in KeyKind if kind in self._sources)

    def references(self, kind: KeyKind) -> list[str]:
        """The names of all keys of a kind, for an administrator to choose from."""
        return self._source(kind).references()

    def held(self, kind: KeyKind, reference: str) -> Held:
        """Certificate and chain of a key of this server. Raises what ``provider`` raises."""
        return self._source(kind).held(reference)

    def asks(self, kind: KeyKind, reference: str) -> SecretKind | None:
        """What the signer must type for each signature; None where nothing, or where the key is the signer's own."""
        return self._source(kind).asks(reference) if kind in SERVER_KINDS else None

    def sends_code(self, kind: KeyKind, reference: str) -> bool:
        """Whether what has to be typed is sent to the signer's telephone or mailbox on demand."""
        return kind in SERVER_KINDS and self._source(kind).sends_code(reference)

    def send_code(self, kind: KeyKind, reference: str) -> None:
        """Have it sent. Raises Invalid("key_sends_no_code") and what the kind itself refuses."""
        self._source(kind).send_code(reference)

    def provider(self, kind: KeyKind, reference: str, *, secret: str | None = None) -> KeyProvider:
        """What signs for ``reference``; ``secret`` is the PIN or one-time password where the key needs one.

        Invalid("key_of_signer") for a kind that only the signer has, Unavailable("key_kind_not_configured"),
        NotFound("key_missing"), and what the kind itself refuses.
        """
        return self._source(kind).provider(reference, secret)

    def sign_many(
        self, kind: KeyKind, reference: str, attributes: Sequence[bytes], *, secret: str | None = None
    ) -> list[bytes]:
        """One raw signature for each of ``attributes``, in their order, under one authorisation; all or nothing."""
        return self._source(kind).sign_many(reference, attributes, secret)

    def _source(self, kind: KeyKind) -> KeySource:
        if kind not in SERVER_KINDS:
            raise Invalid("key_of_signer")
        if kind not in self._sources:
            raise Unavailable("key_kind_not_configured", kind=kind.value)
        return self._sources[kind]
