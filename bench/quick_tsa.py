"""A time-stamping authority that takes next to no core: what one in another house looks like to a signer.

The demo authority parses its key for every stamp and so takes a third of a signature's time from the same two cores.
This one keeps its key, and waits instead: ``python -m bench.quick_tsa PKI PORT MILLISECONDS``.
"""

import sys
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import cms, keys, tsp, x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.sign.general import as_signing_certificate, simple_cms_attribute
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper


class QuickTimeStamper(DummyTimeStamper):
    """pyHanko's own stand-in, with a key that is parsed once."""

    def __init__(self, folder: Path) -> None:
        key = load_pem_private_key(next((folder / "keys").glob("tsa.*")).read_bytes(), None)
        assert isinstance(key, RSAPrivateKey)  # noqa: S101 - the demo authority's is one
        super().__init__(_certificate(folder), keys.PrivateKeyInfo(), fixed_dt=None)
        self._key = key

    def _sign_tst_info(self, tst_info_data: bytes, _md: str, _dt: datetime) -> tuple[bytes, cms.CMSAttributes]:
        digest = Hash(SHA256())
        digest.update(tst_info_data)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                simple_cms_attribute("message_digest", digest.finalize()),
            ]
        )
        return self._key.sign(attributes.dump(), PKCS1v15(), SHA256()), attributes


def _certificate(folder: Path) -> x509.Certificate:
    return x509.Certificate.load((folder / "certs" / "tsa.crt").read_bytes())


def main() -> None:
    folder, port, pause = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) / 1000
    stamper = QuickTimeStamper(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamper.request_tsa_response(asked).dump()
            time.sleep(pause)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
