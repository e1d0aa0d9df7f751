"""Which part of a file a request asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.web.byte_ranges import ContentRangeUnsatisfiable, asked_range

ETAG = '"abc"'


@pytest.mark.parametrize(
    "header, part",
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-9", (0, 10)),
        ("bytes=0-99", (0, 10)),
        ("bytes=9-", (9, 10)),
        ("bytes=-1", (9, 10)),
        ("bytes=-10", (0, 10)),
        ("bytes=-99", (0, 10)),
        (" bytes= 2-3 ", (2, 4)),
    ],
)
def test_one_part_of_ten_bytes(header: str, part: tuple[int, int]):
    found = asked_range(header, None, ETAG, 10)
    assert found is not None
    assert (found.start, found.stop, found.length) == (*part, part[1] - part[0])
    assert found.header == f"bytes {part[0]}-{part[1] - 1}/10"


@pytest.mark.parametrize(
    "header", [None, "", "bytes=-", "bytes=3-2", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=0x1-2"]
)
def test_the_whole_is_given_for_what_is_no_single_part(header: str | None):
    assert asked_range(header, None, ETAG, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-11", "bytes=-0"])
def test_a_part_beyond_the_end_is_refused(header: str):
    with pytest.raises(ContentRangeUnsatisfiable):
        asked_range(header, None, ETAG, 10)


def test_a_part_is_given_of_the_version_that_the_condition_names_alone():
    assert asked_range("bytes=0-1", ETAG, ETAG, 10) is not None
    assert asked_range("bytes=0-1", '"old"', ETAG, 10) is None
    assert asked_range("bytes=0-1", f"W/{ETAG}", ETAG, 10) is None


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40))
def test_a_part_lies_within_the_file(first: int, last: int, byte_count: int):
    try:
        found = asked_range(f"bytes={first}-{last}", None, ETAG, byte_count)
    except ContentRangeUnsatisfiable:
        assert first >= byte_count
        return
    if last < first:
        assert found is None
    else:
        assert found is not None
        assert (found.start, found.stop) == (first, min(last + 1, byte_count))
        assert 0 < found.length <= byte_count
