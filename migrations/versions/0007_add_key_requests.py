"""Add requests to bind a certificate, and with each key its holder's identifier, its anchors, who bound it and when.

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS = ("pkcs12", "pkcs11", "csc", "agent", "vgca", "elsewhere")
ANCHORS = ("state", "public", "other")
OUTCOMES = ("confirmed", "renewed", "declined", "withdrawn")


def upgrade() -> None:
    with op.batch_alter_table("signing_key") as table:
        table.add_column(sa.Column("public_key_sha256", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("identifier", sa.String(100), nullable=True))
        table.add_column(sa.Column("anchor", sa.String(40), nullable=True))
        table.add_column(sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("bound_by", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("retired_by", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("retired_reason", sa.String(1000), nullable=True))
        table.create_foreign_key(op.f("fk_signing_key_bound_by"), "person", ["bound_by"], ["id"])
        table.create_foreign_key(op.f("fk_signing_key_retired_by"), "person", ["retired_by"], ["id"])
        table.create_check_constraint(op.f("ck_signing_key_anchorkind"), _one_of("anchor", ANCHORS))
    op.execute("UPDATE signing_key SET bound_at = valid_from")
    with op.batch_alter_table("signing_key") as table:
        table.alter_column("public_key_sha256", existing_type=sa.String(64), server_default=None)
        table.alter_column("bound_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    _create_requests()


def _create_requests() -> None:
    op.create_table(
        "key_request",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("certificate_sha256", sa.String(64), nullable=False),
        sa.Column("public_key_sha256", sa.String(64), nullable=False),
        sa.Column("identifier", sa.String(100), nullable=True),
        sa.Column("anchor", sa.String(40), nullable=True),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("serial", sa.String(80), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("picture_digest", sa.String(64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(_one_of("outcome", OUTCOMES), name=op.f("ck_key_request_requestoutcome")),
        sa.CheckConstraint(_one_of("provider", KINDS), name=op.f("ck_key_request_keykind")),
        sa.CheckConstraint(_one_of("anchor", ANCHORS), name=op.f("ck_key_request_anchorkind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_key_request_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_key_request_unit_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_key_request_decided_by")),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_key_request_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_request")),
    )
    op.create_index(op.f("ix_key_request_person_id"), "key_request", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_key_request_person_id"), table_name="key_request")
    op.drop_table("key_request")
    with op.batch_alter_table("signing_key") as table:
        table.drop_constraint(op.f("ck_signing_key_anchorkind"), type_="check")
        table.drop_constraint(op.f("fk_signing_key_retired_by"), type_="foreignkey")
        table.drop_constraint(op.f("fk_signing_key_bound_by"), type_="foreignkey")
        for name in (
            "retired_reason",
            "retired_by",
            "bound_by",
            "bound_at",
            "anchor",
            "identifier",
            "public_key_sha256",
        ):
            table.drop_column(name)


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(each) for each in values)})"
