"""The only place where the parts meet: ``flask --app wsgi …`` and ``gunicorn 'wsgi:create_app()'`` call the factory."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from blueprints import (
    accounts,
    agents,
    appraisal,
    appraisal_letters,
    appraiser_desk,
    archive,
    audit,
    awards,
    batch_runner,
    batches,
    campaign_desk,
    campaigns,
    cli,
    confirmation,
    copies,
    criteria,
    delegations,
    desks,
    documents,
    dossiers,
    errands,
    errors,
    files,
    home,
    jobs,
    keeping,
    keys,
    labels,
    layouts,
    logs,
    notices,
    operations,
    passkeys,
    people,
    preservation,
    preservation_cli,
    public,
    scores,
    security_words,
    shell,
    signing,
    signing_routes,
    structure,
    upkeep,
    upkeep_cli,
    web,
)
from blueprints.extensions import babel, bootstrap, csrf, db, limiter, migrate, security, talisman
from config import Settings
from demo import cli as demo_cli
from dms import clock
from dms.campaigns import holidays
from dms.db import prepare_sqlite
from dms.signing.agents.messages import RequestSigner

BLUEPRINTS = (
    home,
    campaign_desk,
    campaigns,
    dossiers,
    criteria,
    scores,
    layouts,
    documents,
    signing,
    signing_routes,
    notices,
    agents,
    errands,
    copies,
    appraisal,
    appraisal_letters,
    appraiser_desk,
    awards,
    archive,
    audit,
    people,
    structure,
    delegations,
    keys,
    preservation,
    public,
    operations,
    upkeep,
    batches,
    confirmation,
    passkeys,
)
ROOT = Path(__file__).resolve().parent
CONTENT_SECURITY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def create_app(settings: Settings | None = None) -> Flask:
    """Return an app for ``settings``, or for the environment's."""
    settings = settings or config.load()
    app = Flask(__name__)
    app.request_class = files.UploadRequest
    app.config.from_mapping(flask_config(settings))
    app.extensions["dms"] = make_tools(settings)
    logs.init_app(app)
    _bind_extensions(app, settings)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    operations.init_app(app)
    errors.init_app(app)
    labels.init_app(app)
    shell.init_app(app, settings)
    cli.init_app(app)
    upkeep_cli.init_app(app)
    preservation_cli.init_app(app)
    if settings.demo:
        demo_cli.init_app(app)
    agents.init_app(app, CONTENT_SECURITY, settings.agent_port, errands.init_app(app, settings))
    web.guard(app)
    jobs.init_app(
        app,
        queue_url=settings.queue_url,
        folder=settings.instance_dir,
        in_process=settings.in_process_jobs,
        runner=batch_runner.BatchRunner(app, settings, app.extensions["dms"].signing),
        nightly=keeping.every_night,
    )
    return app


def make_tools(settings: Settings) -> web.Tools:
    """Build store, trust and keys once for a process."""
    signing_desk = desks.make_desk(settings)
    agent = RequestSigner.from_file(settings.agent_key_file, settings.base_url) if settings.agent_key_file else None
    calendar = holidays.load(settings.holidays_file)
    return web.Tools(settings=settings, desk=signing_desk.desk, signing=signing_desk, agent=agent, calendar=calendar)


def flask_config(settings: Settings) -> dict[str, Any]:
    """Our settings in the words of Flask and its extensions."""
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        # A request only reads until a view opens a transaction; SQLite then need not queue readers behind writers.
        "SQLALCHEMY_ENGINE_OPTIONS": {"execution_options": {"read_only": True}},
        "MAX_CONTENT_LENGTH": settings.upload_limit + (1 << 20),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
        # The prefix makes a browser refuse the cookie from any other host or path, and without HTTPS.
        "SESSION_COOKIE_NAME": "__Host-dms" if settings.secure_cookies else "dms",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings.secure_cookies,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "vi",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "BOOTSTRAP_SERVE_LOCAL": True,
        "RATELIMIT_STORAGE_URI": settings.rate_limit_url,
        "RATELIMIT_HEADERS_ENABLED": True,
        **security_config(settings),
    }


def security_config(settings: Settings) -> dict[str, Any]:
    """Our settings in the words of Flask-Security."""
    salt = settings.password_salt.get_secret_value()
    return {
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_FRESHNESS": timedelta(minutes=settings.fresh_login_minutes),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        # One sentence for a wrong address and a wrong password: nobody learns who has an account.
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": salt,
        "SECURITY_REGISTERABLE": False,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_TRACKABLE": True,
        "SECURITY_TWO_FACTOR": settings.two_factor,
        "SECURITY_TWO_FACTOR_REQUIRED": settings.two_factor_required,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": confirmation.SKEW_SECONDS,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": settings.two_factor,
        "SECURITY_TOTP_SECRETS": {"1": salt},
        "SECURITY_TOTP_ISSUER": "DMS",
        "SECURITY_TWO_FACTOR_VALIDITY_COOKIE": {"httponly": True, "secure": settings.secure_cookies, "samesite": "Lax"},
        "SECURITY_POST_LOGIN_VIEW": "/work",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_POST_CHANGE_VIEW": "/work",
        "SECURITY_FLASH_MESSAGES": True,
        # Flask-Security speaks no Vietnamese: its sentences are looked up in our own catalogue.
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(ROOT / "translations")],
        **security_words.MESSAGES,
    }


def _bind_extensions(app: Flask, settings: Settings) -> None:
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # the documented way
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
    migrate.init_app(app, db)
    babel.init_app(app, locale_selector=shell.locale)
    bootstrap.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    security.init_app(app, accounts.datastore)
    accounts.init_app(app)
    confirmation.init_app(app)
    app.before_request(passkeys.guard_setup)
    talisman.init_app(
        app,
        content_security_policy=CONTENT_SECURITY,
        force_https=settings.secure_cookies,
        session_cookie_secure=settings.secure_cookies,
        strict_transport_security=settings.secure_cookies,
        referrer_policy="same-origin",
        permissions_policy={"camera": "()", "microphone": "()", "geolocation": "()"},
    )
