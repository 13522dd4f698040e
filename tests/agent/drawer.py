"""The tokens that are plugged into the signer's computer: SoftHSM2 in a folder of each test's own."""

import shutil
import sys
from dataclasses import dataclass

from tests.pkcs11 import SoftHsm, _run
from tests.pki import Pki


@dataclass(frozen=True)
class Drawer:
    """A drawer with tokens; those in it are plugged in."""

    hsm: SoftHsm
    pki: Pki

    def new_token(self, label: str, *roles: str) -> None:
        """A token with the keys and certificates of the roles."""
        self.hsm.make(label, roles)

    def new_muddled_token(self) -> None:
        """A token on which the head's certificate lies beside somebody else's key."""
        self.hsm.make("bare", ["chair"])
        certificate = self.hsm.folder / "head.der"
        certificate.write_bytes(self.pki.key("head").certificate)
        _run([sys.executable, "-m", "tests.pkcs11", "bare", "head", "01", str(certificate)], self.hsm.configuration)

    def pull_out(self) -> None:
        """Nothing is plugged in any more."""
        shutil.rmtree(self.hsm.folder / "tokens")
        (self.hsm.folder / "tokens").mkdir()
