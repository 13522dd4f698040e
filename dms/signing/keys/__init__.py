"""Who holds the keys. This page of names is the whole interface; one module beside it for each kind of key.

The service prepares what is signed, a key signs it anywhere, the service completes the signature: ``KeyRing.provider``
is asked only for keys that this server can reach (``SERVER_KINDS``).
"""

from dms.signing.keys.csc import CscKeyStore
from dms.signing.keys.csc_http import CscService
from dms.signing.keys.kinds import SERVER_KINDS, SIGNER_KINDS, Held, KeyKind, KeyProvider, KeySource, SecretKind
from dms.signing.keys.pkcs11 import Pkcs11Key, Pkcs11KeyStore
from dms.signing.keys.pkcs12 import Pkcs12Key, Pkcs12KeyStore
from dms.signing.keys.ring import KeyRing

__all__ = [
    "SERVER_KINDS",
    "SIGNER_KINDS",
    "CscKeyStore",
    "CscService",
    "Held",
    "KeyKind",
    "KeyProvider",
    "KeyRing",
    "KeySource",
    "Pkcs11Key",
    "Pkcs11KeyStore",
    "Pkcs12Key",
    "Pkcs12KeyStore",
    "SecretKind",
]
