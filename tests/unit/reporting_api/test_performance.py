"""Ratings by the rule: each step at its edge, and nothing due is no failure."""

from decimal import Decimal

import pytest

from reporting_api.domain.performance import Delivery, rating_by_rule
from reporting_api.storage.rating_rules import shipped_rating_rule


@pytest.mark.parametrize(
    ("validated", "due", "rating"),
    [
        ("100", "100", "good"),
        ("99.99999999", "100", "approaching_target"),
        ("90", "100", "approaching_target"),
        ("89.99999999", "100", "requires_improvement"),
        ("50", "100", "requires_improvement"),
        ("49.99999999", "100", "inadequate"),
        ("0", "100", "inadequate"),
        ("5", "0", "other"),
        ("0", "-1", "other"),
    ],
)
def test_a_rating_holds_from_its_share_of_what_was_due_on(validated: str, due: str, rating: str):
    delivery = Delivery("hours", Decimal(validated), Decimal(due), 0, 0, None, is_named=True)
    assert rating_by_rule(delivery, shipped_rating_rule()) == rating
