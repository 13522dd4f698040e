"""The settings: everything that is wrong is told at once, and no secret is told at all."""

import os
from pathlib import Path

import pytest

from config import PREFIX, Settings, SettingsError, load

SECRET = "a-secret-key-that-nobody-may-ever-see-in-a-log"
SECRETS = (
    SECRET,
    "salt-that-nobody-sees",
    "passphrase-1",
    "metrics-token-1",
    "db-password-1",
    "S3SECRET1",
    "redis-pw-1",
    "tsa-password-1",
)

VALID = {
    "SECRET_KEY": SECRET,
    "PASSWORD_SALT": "salt-that-nobody-sees",
    "INSTANCE_DIR": "/srv/dms",
    "DATABASE_URL": "postgresql+psycopg://dms:db-password-1@db/dms",
    "STORAGE_URL": "s3://S3KEY:S3SECRET1@store:9000/dossiers?secure=1",
    "QUEUE_URL": "redis://:redis-pw-1@redis/0",
    "RATE_LIMIT_URL": "redis://:redis-pw-1@redis/1",
    "KEY_FOLDER": "/srv/dms/keys",
    "KEY_PASSPHRASE": "passphrase-1",
    "METRICS_TOKEN": "metrics-token-1",
    "TSA_URL": "http://tsa.example.vn backup=https://dms:tsa-password-1@tsa2.example.vn/stamp",
    "TRUST_ROOTS": "/srv/dms/roots.pem",
}
REQUIRED = set(VALID) - {"TRUST_ROOTS", "QUEUE_URL", "RATE_LIMIT_URL", "METRICS_TOKEN"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which all is set as it should be."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in VALID.items():
        monkeypatch.setenv(PREFIX + name, value)
    return monkeypatch


def refusal() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load()
    return str(caught.value).splitlines()


def test_a_full_environment_makes_settings_with_their_types(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DMS_UPLOAD_LIMIT_MB", "20")
    environment.setenv("DMS_SECURE_COOKIES", "0")
    settings = load()
    assert settings.secret_key.get_secret_value() == SECRET
    assert settings.instance_dir == Path("/srv/dms")
    assert (settings.upload_limit, settings.secure_cookies) == (20 * 1024 * 1024, False)


def test_safe_defaults_stand_where_nothing_is_said(environment: pytest.MonkeyPatch) -> None:
    settings = load()
    assert (settings.secure_cookies, settings.demo, settings.proxy_count) == (True, False, 0)


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_setting_without_a_default_must_be_there(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(PREFIX + name)
    assert refusal() == [f"{PREFIX}{name}: Field required"]


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_an_empty_setting_is_as_good_as_none(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(PREFIX + name, "")
    assert refusal() == [f"{PREFIX}{name}: Field required"]


def test_an_optional_setting_left_empty_keeps_its_default(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DMS_TRUST_INTERMEDIATES", "")
    environment.setenv("DMS_UPLOAD_LIMIT_MB", "")
    assert (load().trust_intermediates, load().upload_limit_mb) == (None, 50)


@pytest.mark.parametrize("address", ["tsa.example.vn", "ldap://tsa.example.vn", "https://one.vn two.vn", " "])
def test_a_time_stamping_authority_needs_an_address_that_can_be_asked(
    environment: pytest.MonkeyPatch, address: str
) -> None:
    environment.setenv("DMS_TSA_URL", address)
    assert "DMS_TSA_URL" in refusal()[0]


@pytest.mark.parametrize("name", ["DMS_SECRET_KYE", "DMS_secret_key_2", "dms_tsa"])
def test_a_setting_that_does_not_exist_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "x")
    assert refusal() == [f"{name}: unknown setting"]


def test_variables_of_other_programs_are_nobodys_business(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DMSX", "x")
    environment.setenv("PATH_DMS_", "x")
    assert load().demo is False


@pytest.mark.parametrize(("name", "least"), [("SECRET_KEY", 32), ("PASSWORD_SALT", 16)])
def test_a_secret_that_is_too_short_is_refused(environment: pytest.MonkeyPatch, name: str, least: int) -> None:
    environment.setenv(PREFIX + name, "k" * (least - 1))
    assert refusal() == [f"{PREFIX}{name}: Value error, must have at least {least} characters"]
    environment.setenv(PREFIX + name, "k" * least)
    assert load()


@pytest.mark.parametrize(
    ("name", "value"),
    [("UPLOAD_LIMIT_MB", "0"), ("UPLOAD_LIMIT_MB", "much"), ("PROXY_COUNT", "-1"), ("DEMO", "perhaps")],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(PREFIX + name, value)
    (line,) = refusal()
    assert line.startswith(f"{PREFIX}{name}: ")


def test_everything_that_is_wrong_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DMS_TSA_URL")
    environment.delenv("DMS_DATABASE_URL")
    environment.setenv("DMS_SECRET_KEY", "short")
    environment.setenv("DMS_UPLOAD_LIMIT_MB", "0")
    environment.setenv("DMS_SECRET_KYE", "x")
    told = {line.partition(":")[0] for line in refusal()}
    assert told == {"DMS_TSA_URL", "DMS_DATABASE_URL", "DMS_SECRET_KEY", "DMS_UPLOAD_LIMIT_MB", "DMS_SECRET_KYE"}


def test_no_secret_is_shown_by_the_settings_themselves(environment: pytest.MonkeyPatch) -> None:
    settings = load()
    lines = " ".join(settings.shown(name) for name in Settings.model_fields)
    shown = f"{settings!r} {settings} {lines}"
    assert [secret for secret in SECRETS if secret in shown] == []


def test_all_but_the_password_of_an_address_is_shown(environment: pytest.MonkeyPatch) -> None:
    settings = load()
    assert settings.shown("database_url") == "postgresql+psycopg://dms:**********@db/dms"
    assert settings.shown("storage_url") == "s3://S3KEY:**********@store:9000/dossiers?secure=1"
    assert settings.shown("queue_url") == "redis://:**********@redis/0"
    assert settings.shown("instance_dir") == "/srv/dms"
    assert settings.shown("base_url") == "http://127.0.0.1:8000"


@pytest.mark.parametrize("name", sorted(VALID))
def test_no_secret_is_shown_by_a_refusal(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv("DMS_PROXY_COUNT", SECRET)
    environment.setenv("DMS_SECRET_KEY", "secret-but-short")
    environment.delenv(PREFIX + name)
    with pytest.raises(SettingsError) as caught:
        load()
    told = f"{caught.value} {caught.value!r}"
    assert [secret for secret in (*SECRETS, "secret-but-short") if secret in told] == []
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ is True


def test_settings_cannot_be_changed_after_the_start(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().demo = True  # type: ignore[misc]  # the fault that is tested


def test_an_override_that_does_not_exist_is_refused(environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="DMS_NO_SUCH_THING"):
        load(no_such_thing=1)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_token_needs_its_label_and_a_pin(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DMS_PKCS11_LIBRARY", "/usr/lib/softhsm/libsofthsm2.so")
    environment.setenv("DMS_PKCS11_TOKEN", "office")
    assert "DMS_PKCS11_PIN_FILE" in refusal()[0]

    environment.setenv("DMS_PKCS11_PIN", "token-pin-1")
    assert load().pkcs11_pin_now() == "token-pin-1"
    assert "token-pin-1" not in repr(load())


def test_the_pin_in_a_file_is_read_anew_each_time(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (("LIBRARY", "/lib/token.so"), ("TOKEN", "office"), ("PIN_FILE", str(tmp_path / "pin"))):
        environment.setenv(f"DMS_PKCS11_{name}", value)
    (tmp_path / "pin").write_text("first\n")
    settings = load()
    assert settings.pkcs11_pin_now() == "first"
    (tmp_path / "pin").write_text("second")
    assert settings.pkcs11_pin_now() == "second"


def test_a_remote_signing_service_is_spoken_to_in_secret_only(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("DMS_CSC_URL", "http://sign.example.vn")
    assert "https://" in refusal()[0]

    environment.setenv("DMS_CSC_URL", "https://sign.example.vn")
    environment.setenv("DMS_CSC_TOKEN_FILE", str(tmp_path / "token"))
    (tmp_path / "token").write_text("csc-token-1\n")
    assert load().csc_token_now() == "csc-token-1"


def test_some_set_of_trust_anchors_is_needed(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DMS_TRUST_ROOTS")
    assert "DMS_TRUST_ROOTS: Value error, set it, or DMS_TRUST_STATE, or DMS_TRUST_PUBLIC" in refusal()[0]

    environment.setenv("DMS_TRUST_STATE", "/srv/dms/anchors/state")
    assert load().trust_roots is None


def test_settings_under_which_nobody_could_sign_are_refused(environment: None) -> None:
    with pytest.raises(SettingsError, match=r"DMS_STEP_UP_METHODS: .*nobody could sign"):
        load(step_up_required=True, step_up_methods="totp", two_factor=False)
