"""One-time codes that work once: who looked over a shoulder cannot use what was just typed."""

from typing import Any

from flask_security.totp import Totp
from passlib.totp import TotpMatch


class OnceTotp(Totp):
    """Flask-Security's codes, with the counter of the last one kept in the account."""

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.totp_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        user.totp_counter = tmatch.counter
