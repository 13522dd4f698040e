"""Give routes quorum, rounds and due days, delegations a scope and a paper, and people absences and notices.

Routes opened before keep working: without ``stages`` a stage is what its steps say. Dossiers and decisions learn the
code of their campaign, by which mandates are limited.

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MODES = ("all_of", "any_of", "quorum")
OUTCOMES = ("done", "refused", "skipped", "not_needed", "undone", "void")
CAUSES = ("refused", "sent_back", "recalled", "replaced")
OF_MATTER = {"document_kind": 40, "campaign_code": 80, "scheme_code": 80}


def upgrade() -> None:
    _make_tables()
    _widen_delegations()
    _widen_steps()
    for table in ("dossier", "decision"):
        _add(table, sa.Column("campaign_code", sa.String(80), nullable=False, server_default=""))
        op.execute(
            f"UPDATE {table} SET campaign_code = (SELECT campaign.code FROM campaign JOIN campaign_revision"  # noqa: S608  (names of our own tables)
            f" ON campaign_revision.campaign_id = campaign.id WHERE campaign_revision.id = {table}.revision_id)"
        )
        _no_default(table, "campaign_code", sa.String(80))
    for column in ("stages", "holidays"):
        _add("signing_route", sa.Column(column, sa.JSON(), nullable=False, server_default="[]"))
        _no_default("signing_route", column, sa.JSON())
    with op.batch_alter_table("signature") as table:
        table.add_column(sa.Column("delegation_id", sa.Uuid()))
        table.add_column(sa.Column("voided_at", sa.DateTime(timezone=True)))
        table.add_column(sa.Column("void_cause", sa.String(40)))
        table.add_column(sa.Column("void_reason", sa.String(1000), nullable=False, server_default=""))
        table.create_check_constraint(op.f("ck_signature_voidcause"), _one_of("void_cause", CAUSES))
        table.create_foreign_key(op.f("fk_signature_delegation_id"), "delegation", ["delegation_id"], ["id"])
    _no_default("signature", "void_reason", sa.String(1000))
    with op.batch_alter_table("appointment") as table:
        table.add_column(sa.Column("basis", sa.String(300)))


def downgrade() -> None:
    with op.batch_alter_table("appointment") as table:
        table.drop_column("basis")
    with op.batch_alter_table("signature") as table:
        table.drop_constraint(op.f("fk_signature_delegation_id"), type_="foreignkey")
        table.drop_constraint(op.f("ck_signature_voidcause"), type_="check")
        for column in ("delegation_id", "voided_at", "void_cause", "void_reason"):
            table.drop_column(column)
    for name, columns in {"signing_route": ("stages", "holidays"), "dossier": ("campaign_code",)}.items():
        _drop(name, columns)
    _drop("decision", ("campaign_code",))
    _narrow_steps()
    with op.batch_alter_table("delegation") as table:
        table.drop_constraint(op.f("fk_delegation_paper_id"), type_="foreignkey")
    papers = ("paper_number", "paper_issued_on", "paper_issuer", "paper_id")
    _drop("delegation", (*papers, "document_kinds", "campaigns", "schemes"))
    op.drop_table("notice")
    op.drop_table("absence")


def _make_tables() -> None:
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("stand_in_id", sa.Uuid()),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_absence_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["person.id"], name=op.f("fk_absence_stand_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])
    op.create_table(
        "notice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_of_person", "notice", ["person_id", "read_at", "created_at"])


def _widen_delegations() -> None:
    with op.batch_alter_table("delegation") as table:
        table.add_column(sa.Column("paper_number", sa.String(60)))
        table.add_column(sa.Column("paper_issued_on", sa.Date()))
        table.add_column(sa.Column("paper_issuer", sa.String(300)))
        table.add_column(sa.Column("paper_id", sa.Uuid()))
        table.create_foreign_key(op.f("fk_delegation_paper_id"), "document", ["paper_id"], ["id"])
        for column in ("document_kinds", "campaigns", "schemes"):
            table.add_column(sa.Column(column, sa.JSON(), nullable=False, server_default="[]"))
    for column in ("document_kinds", "campaigns", "schemes"):
        _no_default("delegation", column, sa.JSON())


def _widen_steps() -> None:
    with op.batch_alter_table("step") as table:
        table.drop_constraint(op.f("uq_step_route_id_stage_ordinal"), type_="unique")
        table.drop_constraint(op.f("ck_step_stagemode"), type_="check")
        table.drop_constraint(op.f("ck_step_stepoutcome"), type_="check")
        table.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("planned_kind", sa.String(40)))
        table.add_column(sa.Column("assignee_id", sa.Uuid()))
        table.add_column(sa.Column("assigned_reason", sa.String(1000)))
        table.add_column(sa.Column("sender_id", sa.Uuid()))
        for column, length in OF_MATTER.items():
            table.add_column(sa.Column(column, sa.String(length), nullable=False, server_default=""))
    with op.batch_alter_table("step") as table:
        table.create_unique_constraint(
            op.f("uq_step_route_id_stage_ordinal_round"), ["route_id", "stage", "ordinal", "round"]
        )
        table.create_check_constraint(op.f("ck_step_stagemode"), _one_of("mode", MODES))
        table.create_check_constraint(op.f("ck_step_stepoutcome"), _one_of("outcome", OUTCOMES))
        table.create_foreign_key(op.f("fk_step_assignee_id"), "person", ["assignee_id"], ["id"])
        table.create_foreign_key(op.f("fk_step_sender_id"), "person", ["sender_id"], ["id"])
        table.alter_column("round", existing_type=sa.Integer(), server_default=None)
        for column, length in OF_MATTER.items():
            table.alter_column(column, existing_type=sa.String(length), server_default=None)
    op.execute(
        "UPDATE step SET sender_id = (SELECT opened_by FROM signing_route WHERE signing_route.id = step.route_id),"
        " document_kind = (SELECT document.kind FROM document JOIN signing_route"
        " ON signing_route.document_id = document.id WHERE signing_route.id = step.route_id)"
    )


def _narrow_steps() -> None:
    op.execute("DELETE FROM signature WHERE step_id IN (SELECT id FROM step WHERE round > 1)")
    op.execute("DELETE FROM pending_signature WHERE step_id IN (SELECT id FROM step WHERE round > 1)")
    op.execute("DELETE FROM step WHERE round > 1")
    op.execute("UPDATE step SET mode = 'all_of' WHERE mode = 'quorum'")
    op.execute("UPDATE step SET outcome = 'not_needed' WHERE outcome IN ('skipped', 'undone')")
    with op.batch_alter_table("step") as table:
        table.drop_constraint(op.f("uq_step_route_id_stage_ordinal_round"), type_="unique")
        table.drop_constraint(op.f("ck_step_stagemode"), type_="check")
        table.drop_constraint(op.f("ck_step_stepoutcome"), type_="check")
        table.drop_constraint(op.f("fk_step_assignee_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_step_sender_id"), type_="foreignkey")
        for column in ("round", "planned_kind", "assignee_id", "assigned_reason", "sender_id", *OF_MATTER):
            table.drop_column(column)
    with op.batch_alter_table("step") as table:
        table.create_unique_constraint(op.f("uq_step_route_id_stage_ordinal"), ["route_id", "stage", "ordinal"])
        table.create_check_constraint(op.f("ck_step_stagemode"), _one_of("mode", MODES[:2]))
        before = [each for each in OUTCOMES if each not in {"skipped", "undone"}]
        table.create_check_constraint(op.f("ck_step_stepoutcome"), _one_of("outcome", before))


def _add(name: str, column: sa.Column) -> None:
    with op.batch_alter_table(name) as table:
        table.add_column(column)


def _drop(name: str, columns: tuple[str, ...]) -> None:
    with op.batch_alter_table(name) as table:
        for column in columns:
            table.drop_column(column)


def _no_default(name: str, column: str, kind: sa.types.TypeEngine) -> None:
    with op.batch_alter_table(name) as table:
        table.alter_column(column, existing_type=kind, server_default=None)


def _one_of(column: str, words: tuple[str, ...] | list[str]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
