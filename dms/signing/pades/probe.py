"""Does the time-stamping authority answer, and answer well? Asked with a digest of nothing in particular."""

import os

from pyhanko.sign.timestamps import TimestampRequestError

from dms.errors import Unavailable
from dms.signing.pades.signing import DIGEST, authority
from dms.signing.pades.trust import SigningTrust, run


def ensure_time_stamps(trust: SigningTrust) -> None:
    """Fetch one time stamp and throw it away. Raises Unavailable("timestamp_unavailable")."""
    try:
        run(authority(trust).async_timestamp(os.urandom(32), DIGEST))
    except (TimestampRequestError, OSError, ValueError) as error:
        raise Unavailable("timestamp_unavailable") from error
