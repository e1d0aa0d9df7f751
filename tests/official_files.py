"""Full-size files in the layouts of official statistics, made from a few published facts.

The values are invented.

Facts: N areas and authorities of each edition, County Durham's areas by decile (English Indices of
Deprivation 2019 and 2025), the headers of File 7.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count as count_from
from math import gcd

DURHAM = "E06000047"

_RANK, _DECILE = "(where 1 is most deprived)", "(where 1 is most deprived 10% of LSOAs)"
_RATE = " (rate)"
_RANKINGS = [
    ("Index of Multiple Deprivation (IMD)", ""),
    ("Income", _RATE),
    ("Employment", _RATE),
    ("Education, Skills and Training", ""),
    ("Health Deprivation and Disability", ""),
    ("Crime", ""),
    ("Barriers to Housing and Services", ""),
    ("Living Environment", ""),
    ("Income Deprivation Affecting Children Index (IDACI)", _RATE),
    ("Income Deprivation Affecting Older People (IDAOPI)", _RATE),
    ("Children and Young People Sub-domain", ""),
    ("Adult Skills Sub-domain", ""),
    ("Geographical Barriers Sub-domain", ""),
    ("Wider Barriers Sub-domain", ""),
    ("Indoors Sub-domain", ""),
    ("Outdoors Sub-domain", ""),
]
_PEOPLE_2019 = (
    "Total population: mid 2015 (excluding prisoners)",
    "Dependent Children aged 0-15: mid 2015 (excluding prisoners)",
    "Population aged 16-59: mid 2015 (excluding prisoners)",
    "Older population aged 60 and over: mid 2015 (excluding prisoners)",
    "Working age population 18-59/64: for use with Employment Deprivation Domain (excluding prisoners)",
)
_PEOPLE_2025 = (
    "Total population: mid 2022",
    "Dependent Children aged 0-15: mid 2022",
    "Older population aged 60 and over: mid 2022",
    "Working age population 18-66 (for use with Employment Deprivation Domain): mid 2022",
)
_TRUNCATED = "Children and Young People Sub-domain Decile (where 1 is most deprived 10% of LSO"


@dataclass(frozen=True)
class Edition:
    """What is published of an edition."""

    layout: str
    index: str
    lsoa_year: str
    lad_year: str
    area_count: int
    authority_count: int
    durham_by_decile: tuple[int, ...]
    people: tuple[str, ...] = field(repr=False)

    @property
    def header(self) -> list[str]:
        """The official header."""
        columns = [
            f"LSOA code ({self.lsoa_year})",
            f"LSOA name ({self.lsoa_year})",
            f"Local Authority District code ({self.lad_year})",
            f"Local Authority District name ({self.lad_year})",
        ]
        for name, rate in _RANKINGS:
            columns += [f"{name} Score{rate}", f"{name} Rank {_RANK}", f"{name} Decile {_DECILE}"]
        if self.lsoa_year == "2021":
            columns[columns.index(f"Children and Young People Sub-domain Decile {_DECILE}")] = _TRUNCATED
        return [*columns, *self.people]


IOD_2019 = Edition(
    layout="england-iod-2019-file-7",
    index="imd-2019",
    lsoa_year="2011",
    lad_year="2019",
    area_count=32_844,
    authority_count=317,
    durham_by_decile=(39, 69, 50, 41, 31, 22, 20, 17, 23, 12),
    people=_PEOPLE_2019,
)
IOD_2025 = Edition(
    layout="england-iod-2025-file-7",
    index="imd-2025",
    lsoa_year="2021",
    lad_year="2024",
    area_count=33_755,
    authority_count=296,
    durham_by_decile=(56, 77, 47, 39, 26, 19, 16, 18, 11, 21),
    people=_PEOPLE_2025,
)


def official_rows(edition: Edition, first: int | None = None) -> list[list[str]]:
    """The rows of a full-size file without its header, or the first of them.

    County Durham's areas come first; each rank is given once.
    """
    count = edition.area_count
    overall = _overall_ranks(edition)
    in_durham = sum(edition.durham_by_decile)
    # A step without a common divisor walks through all ranks, each once.
    steps = [_coprime(count, above=7919 + 101 * ranking) for ranking in range(len(_RANKINGS))]
    rows = []
    for number in range(count if first is None else first):
        place = number - in_durham
        authority = DURHAM if place < 0 else f"E07{place % (edition.authority_count - 1):06d}"
        name = "County Durham" if place < 0 else f"District {authority[3:]}"
        row = [f"E01{number + 1:06d}", f"{name} {number + 1:05d}A", authority, name]
        for ranking, step in enumerate(steps):
            rank = overall[number] if ranking == 0 else (number * step + ranking) % count + 1
            row += [f"{(count - rank) / 1000:.3f}", str(rank), str(-(-10 * rank // count))]
        row += [f"{1000 + number % 900 + step}" for step in range(len(edition.people))]
        rows.append(row)
    return rows


def official_file(edition: Edition, rows: Sequence[Sequence[str]] | None = None) -> bytes:
    """A file in the official layout: plain, as it is published."""
    return csv_file([edition.header, *(official_rows(edition) if rows is None else rows)])


def csv_file(rows: Sequence[Sequence[str]], *, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """Rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


def _overall_ranks(edition: Edition) -> list[int]:
    """Ranks by area: as many of each decile for County Durham as are published, the rest for the others."""
    by_decile: list[list[int]] = [[] for _ in range(10)]
    for rank in range(1, edition.area_count + 1):
        by_decile[-(-10 * rank // edition.area_count) - 1].append(rank)
    durham, others = [], []
    for ranks, wanted in zip(by_decile, edition.durham_by_decile, strict=True):
        durham += ranks[:wanted]
        others += ranks[wanted:]
    return durham + others


def _coprime(count: int, above: int) -> int:
    return next(step for step in count_from(above) if gcd(step, count) == 1)


def postcode_lines(count: int) -> Iterator[bytes]:
    """A postcode lookup of any size in the layout of the ONS Postcode Directory, line by line."""
    yield b"pcd,pcd2,pcds,dointr,doterm,oslaua,osward,lsoa11,lsoa21\r\n"
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    for number in range(count):
        outward, inward = divmod(number, 10 * 400)
        area = letters[outward // 1980] + letters[outward // 99 % 20]
        digit, pair = divmod(inward, 400)
        end = f"{digit}{letters[pair // 20]}{letters[pair % 20]}"
        district = f"{outward % 99 + 1}"
        start = f"{area}{district}"
        ended = "201805" if number % 7 == 0 else ""
        fields = (
            f"{start:<4}{end}",
            f"{start:<5}{end}" if len(start) == 4 else f"{start:<4} {end}",
            f"{start} {end}",
            "198001",
            ended,
            DURHAM,
            f"E05{number % 8000:06d}",
            f"E01{number % 32_844 + 1:06d}",
            f"E01{number % 33_755 + 1:06d}",
        )
        yield (",".join(f'"{one}"' for one in fields) + "\r\n").encode()
