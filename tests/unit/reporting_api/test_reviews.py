"""What accepting the rest of a report does, and who may not do it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cdp_common.kernel.identifiers import new_id
from reporting_api.domain.reviews import (
    LineJudgement,
    RestOfLines,
    ReviewedLine,
    ReviewedReport,
    Reviewer,
    ReviewInvalid,
    ReviewNotIndependent,
    decide_review,
)

REPORTER, VALIDATOR, PARTNER = new_id(), new_id(), new_id()
LINE = ReviewedLine(new_id(), Decimal(10), "reported", None, frozenset())
OWN = replace(LINE, line_id=new_id(), commissioner_id=VALIDATOR)
REPORT = ReviewedReport(
    "submitted", REPORTER, REPORTER, frozenset(), None, True, {LINE.line_id: LINE, OWN.line_id: OWN}
)
REVIEWER = Reviewer(VALIDATOR, VALIDATOR, None)
NAMED = [LineJudgement(LINE.line_id, Decimal(4))]
OF_OWN = [LineJudgement(OWN.line_id, Decimal(10))]


def rest(commissioned: int = 0, others: int = 0, *partners: object) -> RestOfLines:
    return RestOfLines(commissioned, others, frozenset(partners))  # type: ignore[arg-type]  # ids


@pytest.mark.parametrize(
    ("judgements", "left", "state"),
    [
        ([], rest(others=3), "validated"),
        (NAMED, rest(), "validated"),
        (NAMED, rest(commissioned=2), "validated"),
        (OF_OWN, rest(others=1), "validated"),
        (OF_OWN, rest(commissioned=2), "submitted"),
        ([], rest(commissioned=2), "submitted"),
        ([], rest(commissioned=2, others=1), "validated"),
    ],
)
def test_a_report_is_validated_once_somebody_independent_accepted_a_line(
    judgements: list[LineJudgement], left: RestOfLines, state: str
):
    assert decide_review(REPORT, REVIEWER, "validated", judgements, left).state == state


def test_nobody_accepts_a_rest_in_which_it_has_a_share_or_that_is_its_own():
    with pytest.raises(ReviewNotIndependent):
        decide_review(REPORT, REVIEWER, "validated", [], rest(0, 3, PARTNER, VALIDATOR))
    with pytest.raises(ReviewNotIndependent):
        decide_review(REPORT, Reviewer(REPORTER, VALIDATOR, None), "validated", [], rest(others=3))


def test_there_must_be_a_rest_and_only_of_a_report_that_is_accepted():
    for outcome, left, code in (
        ("validated", rest(), "lines_missing"),
        ("returned", rest(others=3), "lines_not_expected"),
        ("rejected", rest(others=3), "lines_not_expected"),
    ):
        with pytest.raises(ReviewInvalid) as refused:
            decide_review(REPORT, REVIEWER, outcome, [], left)  # type: ignore[arg-type]  # outcomes
        assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [("/rest", code)]
