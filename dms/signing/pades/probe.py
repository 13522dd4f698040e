"""Does the time-stamping authority answer, and answer well? Asked with a digest of nothing in particular."""

import os

from dms.signing.pades.signing import DIGEST, authority, stamping
from dms.signing.pades.trust import SigningTrust, run


def ensure_time_stamps(trust: SigningTrust) -> None:
    """Fetch one time stamp and throw it away. Raises Unavailable("timestamp_unavailable")."""
    with stamping():
        run(authority(trust).async_timestamp(os.urandom(32), DIGEST), seconds=trust.patience)
