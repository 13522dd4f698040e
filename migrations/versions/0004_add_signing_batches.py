"""Add batches of signatures, passkeys, and the counter that lets each one-time code work once.

Revision: 0004
Follows: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("signing_batch",
    sa.Column("person_id", sa.Uuid(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("presence", sa.JSON(), nullable=False),
    sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("stopped_code", sa.String(length=60), nullable=True),
    sa.Column("stopped_params", sa.JSON(), nullable=False),
    sa.Column("leased_by", sa.String(length=100), nullable=True),
    sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_signing_batch_person_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_batch"))
    )
    with op.batch_alter_table("signing_batch") as table:
        table.create_index("ix_signing_batch_person", ["person_id", "created_at"], unique=False)
    op.create_table("passkey",
    sa.Column("account_id", sa.Uuid(), nullable=False),
    sa.Column("credential_id", sa.LargeBinary(length=1024), nullable=False),
    sa.Column("public_key", sa.LargeBinary(), nullable=False),
    sa.Column("sign_count", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(length=80), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_passkey_account_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
    sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id"))
    )
    with op.batch_alter_table("passkey") as table:
        table.create_index(op.f("ix_passkey_account_id"), ["account_id"], unique=False)
    op.create_table("batch_item",
    sa.Column("batch_id", sa.Uuid(), nullable=False),
    sa.Column("position", sa.Integer(), nullable=False),
    sa.Column("step_id", sa.Uuid(), nullable=False),
    sa.Column("document_id", sa.Uuid(), nullable=False),
    sa.Column("shown_version_id", sa.Uuid(), nullable=False),
    sa.Column("shown_digest", sa.String(length=64), nullable=False),
    sa.Column("title", sa.String(length=500), nullable=False),
    sa.Column("left_out_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("pending_id", sa.Uuid(), nullable=True),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("answer", sa.LargeBinary(), nullable=True),
    sa.Column("version_id", sa.Uuid(), nullable=True),
    sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("refused_code", sa.String(length=60), nullable=True),
    sa.Column("refused_params", sa.JSON(), nullable=False),
    sa.Column("may_retry", sa.Boolean(), nullable=False),
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(["batch_id"], ["signing_batch.id"], name=op.f("fk_batch_item_batch_id")),
    sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_batch_item_document_id")),
    sa.ForeignKeyConstraint(["pending_id"], ["pending_signature.id"], name=op.f("fk_batch_item_pending_id")),
    sa.ForeignKeyConstraint(["shown_version_id"], ["version.id"], name=op.f("fk_batch_item_shown_version_id")),
    sa.ForeignKeyConstraint(["step_id"], ["step.id"], name=op.f("fk_batch_item_step_id")),
    sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_batch_item_version_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_item")),
    sa.UniqueConstraint("batch_id", "position", name=op.f("uq_batch_item_batch_id_position")),
    sa.UniqueConstraint("batch_id", "step_id", name=op.f("uq_batch_item_batch_id_step_id"))
    )
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("totp_counter", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.drop_column("totp_counter")
    op.drop_table("batch_item")
    op.drop_table("passkey")
    op.drop_table("signing_batch")
