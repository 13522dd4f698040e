"""The fixtures that all tests share; each family lives in a module of its own."""

from importlib.util import find_spec

FAMILIES = ("tests.services", "tests.services_s3", "tests.browser", "tests.pki", "tests.pkcs11", "tests.csc")
pytest_plugins = [name for name in FAMILIES if find_spec(name)]
