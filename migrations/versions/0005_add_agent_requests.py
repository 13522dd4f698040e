"""Add the requests to the programs on signers' computers: they live for minutes and may be emptied at any time.

Revision: 0005
Follows: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_request",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("claim_sha256", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("refused", sa.String(length=40), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agent_request_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_request")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_agent_request_code_sha256")),
        sa.UniqueConstraint("claim_sha256", name=op.f("uq_agent_request_claim_sha256")),
    )
    op.create_index(op.f("ix_agent_request_person_id"), "agent_request", ["person_id"])


def downgrade() -> None:
    op.drop_table("agent_request")
