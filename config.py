"""Every setting, typed, read once from the environment, checked at the start. Nothing else reads the environment."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DMS_"
HIDDEN = "**********"
_PASSWORD_IN_URL = re.compile(r"(://[^:/@\s]*):\S*@")
_TSA_ADDRESS = re.compile(r"^([^:/=\s]+=)?https?://[^/\s]+")


class SettingsError(Exception):
    """The environment does not make a valid set of settings; the message names every problem at once."""


class Settings(BaseSettings):
    """What an administrator may set; each is an environment variable with the prefix ``DMS_``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    secret_key: SecretStr = Field(description="Signs sessions and tokens; at least 32 characters, no default.")
    password_salt: SecretStr = Field(description="Salt of the password hashes' pepper; at least 16 characters.")
    instance_dir: Path = Field(description="Folder for everything that is written beside database and store.")
    database_url: str = Field(description="SQLAlchemy URL: sqlite:///… or postgresql+psycopg://…")
    storage_url: str = Field(description="file:///folder or s3://KEY:SECRET@host:port/bucket?secure=0|1")
    base_url: str = Field(default="http://127.0.0.1:8000", description="Public address, printed in QR codes.")
    queue_url: str = Field(default="", description="redis://… for jobs at scale; empty: a SQLite queue.")
    rate_limit_url: str = Field(default="memory://", description="Where the counters of rate limits live.")

    key_folder: Path = Field(description="Folder of PKCS#12 files for server-side signing keys.")
    key_passphrase: SecretStr = Field(description="Opens the PKCS#12 files; kept out of every log.")
    pkcs11_token: str = Field(default="", description="Label of the token or HSM partition with server-side keys.")
    pkcs11_pin: SecretStr = Field(default=SecretStr(""), description="PIN of that token; better: the next setting.")
    pkcs11_pin_file: Path | None = Field(default=None, description="File with the PIN alone; read at each log-in.")
    pkcs11_library: Path | None = Field(default=None, description="PKCS#11 library of the token; empty: no token.")
    csc_token: SecretStr = Field(default=SecretStr(""), description="Bearer token for the remote signing service.")
    csc_token_file: Path | None = Field(default=None, description="File with the token alone; read at each call.")
    csc_timeout_seconds: int = Field(default=60, ge=1, le=600, description="Longest wait for one of its answers.")
    csc_url: str = Field(default="", description="Remote signing service (CSC 1.0.4), the address before /csc/v1.")
    tsa_url: str = Field(
        description="RFC 3161 time-stamping authorities, parted by spaces, asked in this order; each [name=]http(s)://…"
    )
    tsa_roots: Path | None = Field(default=None, description="File or folder: roots of time stamps; empty: as below.")
    tsa_tolerance_seconds: int = Field(default=60, ge=1, description="How far an authority's clock may be from ours.")
    authority_seconds: float = Field(default=5, gt=0, description="What one answer (time stamp, OCSP, CRL) may take.")
    signature_seconds: float = Field(default=30, gt=1, description="What all answers for one signature may take.")
    trust_state: Path | None = Field(default=None, description="File or folder: roots of the state's own authority.")
    trust_public: Path | None = Field(default=None, description="File or folder: roots of the public authorities.")
    trust_roots: Path | None = Field(
        default=None, validate_default=True, description="File or folder: other roots that signatures may lead to."
    )
    trust_intermediates: Path | None = Field(default=None, description="File or folder with issuing certificates.")

    agent_key_file: Path | None = Field(default=None, description="PEM file (Ed25519) that signs requests to tokens.")
    agent_port: int = Field(default=8997, ge=1024, le=65535, description="Port of the program on signers' computers.")

    vgca_address: str = Field(
        default="wss://127.0.0.1:8987", description="The state's desktop signer on signers' computers; empty: not used."
    )

    secure_cookies: bool = Field(default=True, description="Cookies only over HTTPS; off for http:// on loopback.")
    two_factor: bool = Field(default=True, description="Offer two-factor log-in (TOTP and recovery codes).")
    two_factor_required: bool = Field(default=False, description="Refuse log-in without a second factor.")
    login_rate: str = Field(default="10 per minute;100 per hour", description="Log-in attempts for one address.")
    fresh_login_minutes: int = Field(default=60, ge=1, description="Age of a log-in that may still sign.")
    upload_limit_mb: int = Field(default=50, ge=1, le=4096, description="Largest document accepted, in MiB.")
    signature_expires_minutes: int = Field(
        default=10, ge=1, le=60, description="Time between the halves of a signature."
    )
    step_up_required: bool = Field(default=False, description="Sign only with a second factor, set up by everybody.")
    step_up_methods: str = Field(
        default="totp,passkey",
        pattern=r"^(totp|passkey)(,(totp|passkey))*$",
        description="Second factors that count before a signature: totp, passkey, or both with a comma.",
    )
    step_up_minutes: int = Field(default=10, ge=1, description="Age of a second factor that may still sign.")
    signing_processes: int = Field(
        default=0, ge=0, le=64, description="Processes that compute batches; 0: one a core. Each holds about 110 MB."
    )
    validation_max_age_hours: int = Field(default=24, ge=1, description="Age of a validation that still counts.")
    archive_renew_days: int = Field(
        default=365, ge=1, description="Days before its end to renew an archive time stamp."
    )
    holidays_file: Path = Field(
        default=Path(__file__).resolve().parent / "calendars" / "viet-nam.yaml",
        description="YAML file of public holidays and swapped working days, year by year; terms are counted by it.",
    )
    checkpoint_folder: Path | None = Field(
        default=None, description="Folder, best on another machine, that also gets every checkpoint of the histories."
    )
    in_process_jobs: bool = Field(default=True, description="Run jobs in a thread of the server itself.")
    proxy_count: int = Field(default=0, ge=0, description="Trusted reverse proxies in front of the server.")
    metrics_token: SecretStr = Field(default=SecretStr(""), description="Bearer token for /metrics from elsewhere.")
    demo: bool = Field(default=False, description="Mark every page as a demonstration with made-up data.")

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value

    @field_validator("tsa_url")
    @classmethod
    def _addresses(cls, value: str) -> str:
        if not value.split() or not all(_TSA_ADDRESS.match(word) for word in value.split()):
            raise ValueError("must be http(s) addresses parted by spaces, each with or without a name before it")
        return value

    @field_validator("password_salt")
    @classmethod
    def _salt_long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters")
        return value

    @field_validator("trust_roots")
    @classmethod
    def _some_roots(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if not (value or info.data.get("trust_state") or info.data.get("trust_public")):
            raise ValueError("set it, or DMS_TRUST_STATE, or DMS_TRUST_PUBLIC: without roots no signature can be valid")
        return value

    @field_validator("pkcs11_library")
    @classmethod
    def _with_token_and_pin(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        pin = info.data.get("pkcs11_pin")
        if value and not (info.data.get("pkcs11_token") and (info.data.get("pkcs11_pin_file") or pin)):
            raise ValueError("needs DMS_PKCS11_TOKEN and one of DMS_PKCS11_PIN_FILE, DMS_PKCS11_PIN")
        return value

    @field_validator("csc_url")
    @classmethod
    def _csc_guarded(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("must begin with https:// (http:// only on this machine): one-time passwords go there")
        return value

    def csc_token_now(self) -> str:
        """The token for the remote signing service as it stands now; OSError where its file cannot be read."""
        if self.csc_token_file:
            return self.csc_token_file.read_text("utf-8").strip()
        return self.csc_token.get_secret_value()

    def pkcs11_pin_now(self) -> str:
        """The token's PIN as it stands now; OSError where its file cannot be read."""
        if self.pkcs11_pin_file:
            return self.pkcs11_pin_file.read_text("utf-8").strip()
        return self.pkcs11_pin.get_secret_value()

    @field_validator("step_up_methods")
    @classmethod
    def _somebody_can_confirm(cls, value: str, info: ValidationInfo) -> str:
        if "passkey" not in value and info.data.get("step_up_required") and not info.data.get("two_factor"):
            raise ValueError("nobody could sign: codes need DMS_TWO_FACTOR; switch it on, or let passkeys count")
        return value

    def shown(self, name: str) -> str:
        """The value of a setting as people may see it: secrets and passwords in addresses are hidden."""
        return _PASSWORD_IN_URL.sub(rf"\1:{HIDDEN}@", str(getattr(self, name)))

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, self.shown(name)) for name in type(self).model_fields]

    @property
    def step_up_factors(self) -> tuple[str, ...]:
        """The second factors that count before a signature."""
        return tuple(self.step_up_methods.split(","))

    @property
    def upload_limit(self) -> int:
        """The largest document accepted, in bytes."""
        return self.upload_limit_mb << 20


def load(**overrides: Any) -> Settings:
    """Return the settings; raise SettingsError naming every missing, wrong or unknown variable at once."""
    problems = [f"{name}: unknown setting" for name in _unknown_variables()]
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        problems += [f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsError("\n".join(problems)) from None
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _unknown_variables() -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    ours = (name for name in os.environ if name.upper().startswith(PREFIX))  # read in any case of letters
    return sorted(name for name in ours if name.upper() not in known)
