"""Keep index scores of units with their imports, and typed evidence of years with nominees.

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = ("read", "applying", "applied", "undone", "dropped")
KINDS = ("plan", "task", "statement")
LEVELS = ("not_done", "done", "good", "excellent")
CURRENT = sa.text("ended_at IS NULL")
TYPED = sa.text("of_unit_id IS NULL")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_imports()
    _make_unit_scores()
    _make_evidence()
    with op.batch_alter_table("nominee") as table:
        table.add_column(sa.Column("score_field", sa.String(120)))
    with op.batch_alter_table("index_score") as table:
        table.add_column(sa.Column("source_id", sa.Uuid()))
        table.add_column(sa.Column("of_unit_id", sa.Uuid()))
        table.add_column(sa.Column("typed_score", sa.Numeric(5, 2)))
        table.add_column(sa.Column("typed_approval", sa.String(300), nullable=False, server_default=""))
        table.create_foreign_key(op.f("fk_index_score_source_id"), "unit_score", ["source_id"], ["id"])
        table.create_foreign_key(op.f("fk_index_score_of_unit_id"), "unit", ["of_unit_id"], ["id"])
        table.drop_constraint(op.f("uq_index_score_nominee_id_year"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_index_score_nominee_id_year_of_unit_id"), ["nominee_id", "year", "of_unit_id"]
        )
    with op.batch_alter_table("index_score") as table:
        table.alter_column("typed_approval", server_default=None)
    op.create_index(op.f("ix_index_score_source_id"), "index_score", ["source_id"])
    _unique("uq_index_score_typed", "index_score", ["nominee_id", "year"], TYPED)


def downgrade() -> None:
    op.drop_index("uq_index_score_typed", table_name="index_score")
    op.drop_index(op.f("ix_index_score_source_id"), table_name="index_score")
    # One score a year and nominee was all that there was room for: of several the lowest stays.
    op.execute(
        """DELETE FROM index_score WHERE id NOT IN (
            SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY nominee_id, year ORDER BY score, id) AS place
                            FROM index_score) AS ranked WHERE place = 1)"""
    )
    with op.batch_alter_table("index_score") as table:
        table.drop_constraint(op.f("uq_index_score_nominee_id_year_of_unit_id"), type_="unique")
        table.create_unique_constraint(op.f("uq_index_score_nominee_id_year"), ["nominee_id", "year"])
        table.drop_constraint(op.f("fk_index_score_of_unit_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_index_score_source_id"), type_="foreignkey")
        for name in ("typed_approval", "typed_score", "of_unit_id", "source_id"):
            table.drop_column(name)
    with op.batch_alter_table("nominee") as table:
        table.drop_column("score_field")
    with op.batch_alter_table("dossier") as table:
        table.drop_column("head_criteria")
    for name in ("year_evidence", "unit_score", "score_import"):
        op.drop_table(name)


def _make_imports() -> None:
    op.create_table(
        "score_import",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False, index=True),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(100), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer()),
        sa.Column("paper_number", sa.String(60), nullable=False),
        sa.Column("paper_issued_on", sa.Date(), nullable=False),
        sa.Column("paper_issuer", sa.String(300), nullable=False),
        sa.Column("state", _words("importstate", STATES), nullable=False),
        sa.Column("skip_refused", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("written", sa.Integer(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("imported_by", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("importer_name", sa.String(200), nullable=False),
        sa.Column("applied_at", INSTANT),
        sa.Column("undone_at", INSTANT),
        sa.Column("undoer_name", sa.String(200)),
        sa.Column("lock_version", sa.Integer(), nullable=False),
    )


def _make_unit_scores() -> None:
    op.create_table(
        "unit_score",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("unit_id", sa.Uuid(), sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(120), nullable=False),
        sa.Column("field_key", sa.String(120), nullable=False),
        sa.Column("percent", sa.Numeric(5, 2), nullable=False),
        sa.Column("import_id", sa.Uuid(), sa.ForeignKey("score_import.id"), nullable=False, index=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.Uuid(), sa.ForeignKey("score_import.id"), index=True),
    )
    op.create_index("ix_unit_score_year", "unit_score", ["year", "ended_at"])
    _unique("uq_unit_score_current", "unit_score", ["unit_id", "year", "field_key"], CURRENT)


def _make_evidence() -> None:
    op.create_table(
        "year_evidence",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("nominee_id", sa.Uuid(), sa.ForeignKey("nominee.id"), nullable=False),
        sa.Column("kind", _words("evidencekind", KINDS), nullable=False),
        sa.Column("criterion_id", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("percent", sa.Numeric(5, 2)),
        sa.Column("on_schedule", sa.Boolean()),
        sa.Column("level", _words("tasklevel", LEVELS)),
        sa.Column("reached", sa.Boolean()),
        sa.Column("paper_number", sa.String(60)),
        sa.Column("paper_issued_on", sa.Date()),
        sa.UniqueConstraint("nominee_id", "kind", "criterion_id", "year"),
    )
    with op.batch_alter_table("dossier") as table:
        table.add_column(sa.Column("head_criteria", sa.JSON()))


def _words(name: str, members: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, length=40, create_constraint=True)


def _unique(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
