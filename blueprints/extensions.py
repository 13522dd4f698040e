"""Flask's extensions, made once and bound to an app by ``wsgi.create_app``."""

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from flask_security import Security
from flask_sqlalchemy import SQLAlchemy
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

from blueprints.codes import OnceTotp
from dms.db import Base

db = SQLAlchemy(model_class=Base)
babel = Babel()
bootstrap = Bootstrap5()
csrf = CSRFProtect()
limiter = Limiter(get_remote_address)
migrate = Migrate(directory="migrations", render_as_batch=True, compare_type=True)
security = Security(totp_cls=OnceTotp)
talisman = Talisman()
