"""What publications froze of figures that are not the ledger's: sources by hash, payments in sums.

Append-only.
"""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Integer, Table, Text, Uuid

from reporting_api.storage.catalogue import metadata

publication_sources = Table(
    "publication_sources",
    metadata,
    Column("publication_id", Uuid, ForeignKey("publications.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("source_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),  # of prior totals and contracts; 0 where there is one alone
    Column("sha256", Text, nullable=False),
    CheckConstraint(
        "kind IN ('contract_value', 'prior_total', 'spend_import', 'spend_round', 'spend_sums')",
        name="kind_known",
    ),
)

# Who a supplier is may be decided otherwise later; what was told rests on these sums. No payee is in them.
publication_spend_sums = Table(
    "publication_spend_sums",
    metadata,
    Column("publication_id", Uuid, ForeignKey("publications.id"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("category", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("to_member", Boolean, nullable=False),
    Column("is_local", Boolean),
    Column("is_sme", Boolean),
    Column("is_vcse", Boolean),
    Column("row_count", Integer, nullable=False),
    Column("payees_paid", Integer, nullable=False),
    Column("pence", BigInteger, nullable=False),
)
