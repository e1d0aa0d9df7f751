"""Answers of the five services, made of their own contracts; one module for each."""

from tests.integration.gateway.canned.answers import as_json, batch, page
from tests.integration.gateway.canned.charter import charter, signatory
from tests.integration.gateway.canned.ids import (
    AT,
    CHARTER,
    CONTENT_HASH,
    EDITION,
    HASH,
    LEDGER_HASH,
    PLACE,
    PUBLICATION,
    uid,
)
from tests.integration.gateway.canned.partners import membership, organisation, place, statement
from tests.integration.gateway.canned.procurement import tender
from tests.integration.gateway.canned.reporting import (
    CELLS,
    all_groupings,
    explanation,
    figure,
    figures,
    grouping,
    periods,
    publication,
    value,
)
from tests.integration.gateway.canned.toms import area, edition, measure, measure_batch, proxy

__all__ = [
    "AT",
    "CELLS",
    "CHARTER",
    "CONTENT_HASH",
    "EDITION",
    "HASH",
    "LEDGER_HASH",
    "PLACE",
    "PUBLICATION",
    "all_groupings",
    "area",
    "as_json",
    "batch",
    "charter",
    "edition",
    "explanation",
    "figure",
    "figures",
    "grouping",
    "measure",
    "measure_batch",
    "membership",
    "organisation",
    "page",
    "periods",
    "place",
    "proxy",
    "publication",
    "signatory",
    "statement",
    "tender",
    "uid",
    "value",
]
