"""The shape of the house, checked as code: layers, banned imports, budgets, and tables that must be complete."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from flask import Flask

import dms
from config import Settings
from demo import pki

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("wsgi.py", "config.py", "blueprints", "dms", "dms_agent", "storage", "demo", "scripts", "bench")
FUNCTION_LINES = 40
FILE_LINES = 400
# Each is the whole face of what lies behind it.
WALLS = {"storage/__init__.py", "dms/signing/pades/__init__.py", "dms/signing/keys/__init__.py"}

# Who may import what: a library, and the only places that may.
RESERVED = {
    "pyhanko": ("dms/signing/pades", "demo/", "bench/", "scripts/"),
    "pyhanko_certvalidator": ("dms/signing/pades", "demo/", "bench/", "scripts/"),
    "minio": ("storage/s3", "bench/", "scripts/"),
    "flask": ("wsgi.py", "blueprints/", "migrations/", "demo/", "bench/"),
    "werkzeug": ("wsgi.py", "blueprints/", "demo/"),
}
NAIVE_CALLS = {("datetime", "utcnow"), ("datetime", "utcfromtimestamp"), ("date", "today"), ("datetime", "today")}


# --- Reading the tree -----------------------------------------------------------------------------------------------


def sources(*places: str) -> Iterator[tuple[str, ast.Module]]:
    """Give each Python file under the places, as its path from the root and its tree."""
    for place in places:
        path = ROOT / place
        for file in [path] if path.suffix == ".py" else sorted(path.rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text("utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Give each call with the name it is made on (or an empty string) and the name of the function."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name):
                yield node, "", name
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                yield node, owner, name
            case ast.Attribute(attr=name):
                yield node, "?", name


# --- Layers and imports ---------------------------------------------------------------------------------------------


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command = [program, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy_of_the_tree(tmp_path: Path) -> Path:
    for name in ("blueprints", "dms", "dms_agent", "storage"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("wsgi.py", "config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_every_import_points_down() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "uphill"),
    [
        ("dms/people/models.py", "import dms.dossiers.models"),
        ("dms/audit.py", "from dms.people import models"),
        ("dms/documents/models.py", "from dms.campaigns import models"),
        ("storage/keys.py", "import dms.errors"),
        ("dms/text.py", "import blueprints.errors"),
        ("dms/clock.py", "import flask"),
        ("dms_agent/desk.py", "from dms import clock"),
        ("dms/clock.py", "from dms_agent import words"),
    ],
)
def test_an_import_planted_uphill_fails_the_build(copy_of_the_tree: Path, file: str, uphill: str) -> None:
    planted = copy_of_the_tree / file
    planted.write_text(f"{planted.read_text('utf-8')}\n{uphill}\n", "utf-8")
    result = lint_imports(copy_of_the_tree)
    assert result.returncode != 0
    assert "BROKEN" in result.stdout


@pytest.mark.parametrize("library", RESERVED)
def test_a_reserved_library_is_imported_only_where_it_belongs(library: str) -> None:
    places = RESERVED[library]
    trespassers = [
        file
        for file, tree in sources(*PRODUCT)
        if any(is_part_of(name, library) for name in imported(tree)) and not file.startswith(places)
    ]
    assert trespassers == []


def is_part_of(module: str, library: str) -> bool:
    """Flask's extensions count as Flask: ``flask_login`` belongs to the edge as much as ``flask`` does."""
    return module == library or module.startswith((f"{library}.", f"{library}_"))


def test_init_files_hold_a_notice_at_most_so_that_re_exports_make_no_cycles() -> None:
    full = [
        file
        for file, tree in sources("dms", "storage", "blueprints")
        if file.endswith("__init__.py") and not is_a_notice(tree.body) and file not in WALLS
    ]
    assert full == []


def is_a_notice(body: list[ast.stmt]) -> bool:
    return len(body) <= 1 and all(isinstance(node, ast.Expr) for node in body)


# --- Habits ---------------------------------------------------------------------------------------------------------


def test_the_domain_never_commits() -> None:
    found = [
        f"{file}:{call.lineno}" for file, tree in sources("dms") for call, _, name in calls(tree) if name == "commit"
    ]
    assert found == []


def test_no_instant_is_naive() -> None:
    found = [
        f"{file}:{call.lineno}"
        for file, tree in sources(*PRODUCT)
        for call, owner, name in calls(tree)
        if (owner, name) in NAIVE_CALLS or is_naive_now(call, owner, name)
    ]
    assert found == []


def is_naive_now(call: ast.Call, owner: str, name: str) -> bool:
    return owner == "datetime" and name == "now" and not call.args and not call.keywords


def test_functions_keep_their_budget() -> None:
    over = [
        f"{file}:{node.lineno} {node.name}: {lines(node)} lines"
        for file, tree in sources(*PRODUCT)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines(node) > FUNCTION_LINES
    ]
    assert over == []


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring not counted."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_files_keep_their_budget() -> None:
    sizes = {file: len((ROOT / file).read_text("utf-8").splitlines()) for file, _ in sources(*PRODUCT)}
    assert {file: size for file, size in sizes.items() if size > FILE_LINES} == {}


# --- Routes ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The whole app with every optional door open; nothing is asked of it but its map."""
    folder = tmp_path_factory.mktemp("app")
    pki.build(folder / "pki", [], "passphrase of no key")
    settings = Settings(
        secret_key="x" * 40,
        password_salt="y" * 40,
        instance_dir=folder,
        database_url=f"sqlite:///{folder / 'app.sqlite'}",
        storage_url=(folder / "blobs").as_uri(),
        key_folder=folder / "pki" / "p12",
        key_passphrase="passphrase of no key",
        tsa_url=pki.tsa_url(folder / "pki"),
        trust_roots=folder / "pki" / "ca" / "root.pem",
        trust_intermediates=folder / "pki" / "ca" / "issuing.pem",
        two_factor=True,
        in_process_jobs=False,
    )
    return import_module("wsgi").create_app(settings)


def test_every_route_declares_a_permission_or_is_open_by_name(app: Flask) -> None:
    open_endpoints = import_module("blueprints.web").OPEN_ENDPOINTS
    undeclared = [
        f"{rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in open_endpoints and not getattr(app.view_functions[rule.endpoint], "permission", ())
    ]
    assert undeclared == []


def test_every_open_endpoint_exists_so_that_the_list_hides_nothing(app: Flask) -> None:
    assert set(import_module("blueprints.web").OPEN_ENDPOINTS) - set(app.view_functions) == set()


def test_no_open_endpoint_also_declares_a_permission(app: Flask) -> None:
    open_endpoints = import_module("blueprints.web").OPEN_ENDPOINTS
    both = [name for name in open_endpoints if getattr(app.view_functions.get(name), "permission", ())]
    assert both == []


# --- Tables that must be complete -----------------------------------------------------------------------------------


def enum_members() -> Iterator[Enum]:
    for module in walk_packages(dms.__path__, "dms."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Enum) and value.__module__ == module.name:
                yield from value


def keys_within(table: object) -> Iterator[object]:
    """Every key of a table, and of the tables inside it."""
    if isinstance(table, dict):
        for key, value in table.items():
            yield key
            yield from keys_within(value)


def test_every_enum_member_has_a_label() -> None:
    labels = import_module("blueprints.labels")
    keys = [key for table in vars(labels).values() for key in keys_within(table)]
    labelled = {(type(key), key.name) for key in keys if isinstance(key, Enum)}  # equal texts of two enums differ
    internal = getattr(labels, "NEVER_SHOWN", ())
    assert [repr(m) for m in enum_members() if (type(m), m.name) not in labelled and type(m) not in internal] == []


FINDINGS = "dms.documents.jobs.pdf_content"


def error_classes() -> set[str]:
    """The names of DomainError and of all that derive from it, by any number of steps."""
    parents = {
        node.name: {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
        for _, tree in sources("dms", "storage", "blueprints")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"DomainError"}
    while found := {name for name, bases in parents.items() if bases & known} - known:
        known |= found
    return known


def codes_raised() -> dict[str, str]:
    """Every code that a DomainError is made with, and one place where that happens."""
    kinds = error_classes()
    found = dict.fromkeys(import_module(FINDINGS).REFUSED, "dms/documents/jobs/pdf_content.py")
    return (
        codes_told_directly()
        | found
        | {
            code: f"{file}:{call.lineno}"
            for file, tree in sources("dms", "storage", "blueprints")
            for call, _, name in calls(tree)
            if name in kinds and call.args
            for code in literal_codes(call.args[0])
        }
    )


def codes_told_directly() -> dict[str, str]:
    """Codes of foreign errors (a stale row, say): the edge reads their sentence by name."""
    return {
        node.slice.value: f"{file}:{node.lineno}"
        for file, tree in sources("blueprints")
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and is_sentence_table(node.value) and isinstance(node.slice, ast.Constant)
    }


def is_sentence_table(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "SENTENCES"


def literal_codes(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str() as code):
            yield code
        case ast.IfExp(body=body, orelse=other):
            yield from literal_codes(body)
            yield from literal_codes(other)


def test_every_error_code_has_a_sentence() -> None:
    sentences = import_module("blueprints.errors").SENTENCES
    assert {code: place for code, place in codes_raised().items() if code not in sentences} == {}


def test_every_sentence_belongs_to_an_error_code() -> None:
    sentences = import_module("blueprints.errors").SENTENCES
    assert set(sentences) - set(codes_raised()) == set()
