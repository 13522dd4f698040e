"""Ask the authorities whether certificates were revoked: the only place of a validation that uses the network.

The addresses stand in the certificates, and the certificates come from whoever made the file. So an address is called
only if the certificate that holds it is shown to come from one of our roots (the validator verifies each signature from
the root downwards before it asks about a certificate), redirections are not followed, and the requests are counted.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing, suppress
from typing import Final

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from dms.signing.pades.evidence import NOTHING, Fetched
from dms.signing.pades.trust import SigningTrust, run

PATIENCE: Final = 20.0  # seconds for all answers together
MOST_CHAINS: Final = 80

Chain = Sequence[x509.Certificate]


async def fetch(trust: SigningTrust, chains: Iterable[Chain]) -> Fetched:
    """What the authorities answer about the certificates of ``chains`` (each from the signer upwards).

    Nothing is judged here: an answer that says "revoked" is an answer. Certificates that lead to none of our roots, or
    that have expired, are not asked about.
    """
    wanted = {chain[0].sha256: chain for chain in chains if chain}
    if not trust.online or not wanted:
        return NOTHING
    async with aclosing(trust.fresh_context()) as context:
        with suppress(TimeoutError):
            await asyncio.wait_for(_ask(list(wanted.values())[:MOST_CHAINS], context), PATIENCE)
        return Fetched(
            tuple(dict.fromkeys(each.dump() for each in context.ocsps)),
            tuple(dict.fromkeys(each.dump() for each in context.crls)),
        )


async def _ask(chains: Iterable[Chain], context: ValidationContext) -> None:
    for chain in chains:
        validator = CertificateValidator(chain[0], intermediate_certs=list(chain[1:]), validation_context=context)
        with suppress(ValidationError, PathBuildingError):
            await validator.async_validate_path()


def fetch_for(trust: SigningTrust, chains: Iterable[Iterable[bytes]]) -> Fetched:
    """The same for certificates as DER; a chain that cannot be read is left out."""
    return run(fetch(trust, list(filter(None, map(_parsed, chains)))))


def _parsed(chain: Iterable[bytes]) -> Chain:
    try:
        return [x509.Certificate.load(der, strict=True) for der in chain]
    except (ValueError, TypeError):
        return ()
