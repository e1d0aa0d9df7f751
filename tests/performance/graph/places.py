"""The canned places of the benchmark: every amount in them is their own, so that a wrong answer shows."""

from __future__ import annotations

from typing import Any

PLACES, MEMBERS = 200, 20
WINDOW = {"from": "2026-04-01", "to": "2026-06-30"}
FIGURES = ("committed", "due", "delivered", "validated")
AT = "2026-07-20T09:30:00Z"
HASH = "a" * 64


def slug(place: int) -> str:
    """The short name of a place."""
    return f"place-{place}"


def uid(place: int, member: int = 0, kind: int = 0) -> str:
    """An id for each place, member and kind of thing."""
    return f"01890000-{kind:04x}-7000-8000-{place * 1000 + member:012d}"


def amount(place: int, member: int, figure: int) -> str:
    """One figure of one member."""
    return f"{place + 1}{member:02d}{figure}.{member:02d}"


def name(place: int, member: int) -> str:
    """A member's name."""
    return f"Organisation {place}-{member:02d}"


def membership_id(place: int, member: int) -> str:
    """A membership's id in the graph of subgraphs; opaque to gateways."""
    return f"{place}/{member}"


# ---------------------------------------------------------------------------- what the services answer
def place_page(place: int) -> dict[str, Any]:
    """What partners-api answers for a short name."""
    item: dict[str, Any] = {
        "id": uid(place, kind=1),
        "slug": slug(place),
        "name": f"Place {place}",
        "gss_code": None,
        "objectives": [],
        "commitments": [],
        "phases": [],
        "prior_totals": [],
        "need_index": None,
        "source": "Sample",
        "created_at": AT,
    }
    return {"items": [item], "next": None}


def membership_page(place: int) -> dict[str, Any]:
    """What partners-api answers for a place's members."""
    return {"items": [_membership(place, member) for member in range(MEMBERS)], "next": None}


def _membership(place: int, member: int) -> dict[str, Any]:
    return {
        "id": uid(place, member, 2),
        "place_id": uid(place, kind=1),
        "organisation": {
            "id": uid(place, member, 3),
            "legal_name": name(place, member),
            "kind": "private",
            "state": "verified",
            "identifiers": [{"scheme": "GB-COH", "id": f"{place * 100 + member:08d}"}],
            "is_sme": True,
            "is_vcse": None,
            "website": None,
            "data_status": "synthetic_sample",
            "created_at": AT,
        },
        "role": "partner",
        "valid_from": "2022-09-29",
        "valid_to": None,
        "named_totals_agreed": True,
        "assumed": True,
        "source": "Sample",
    }


def value(place: int) -> dict[str, Any]:
    """What reporting-api answers for a place's value by organisation."""
    nothing = _figure("0.00")
    cells = [
        {
            "key": uid(place, member, 3),
            "label": name(place, member),
            "figures": {
                figure: _figure(amount(place, member, number)) for number, figure in enumerate(FIGURES)
            },
        }
        for member in range(MEMBERS)
    ]
    grouping = {"by": "organisation", "basis": "delivered_by", "additive": True, "cells": cells}
    return {
        "place_id": uid(place, kind=1),
        "window_start": WINDOW["from"],
        "window_end": WINDOW["to"],
        "as_of": AT,
        "publication_number": 1,
        "figures": dict.fromkeys(FIGURES, nothing),
        "signed_in_window": nothing,
        "delivered_against_commitment": nothing,
        "delivered_uncommitted": nothing,
        "confirmed": nothing,
        "delivery_ratio": None,
        "coverage": {"due_count": 4, "reported_count": 3, "ratio": "0.75", "missing_organisations": []},
        "groupings": [grouping],
        "editions": [{"edition_hash": HASH, "label": "Open Measures", "price_years": [2025]}],
        "data_status": "synthetic_sample",
    }


def _figure(total: str) -> dict[str, Any]:
    return {
        "total_gbp": total,
        "social_gbp": total,
        "local_economic_gbp": "0.00",
        "low_gbp": None,
        "high_gbp": None,
        "fiscal_gbp": "0.00",
    }


# ---------------------------------------------------------------------------- what the graph answers
def answer(place: int) -> dict[str, Any]:
    """The right answer to the query of the benchmark."""
    edges = [
        {
            "node": {
                "organisation": {"legalName": name(place, member)},
                "figures": member_figures(place, member),
            }
        }
        for member in range(MEMBERS)
    ]
    return {"place": {"name": f"Place {place}", "members": {"edges": edges}}}


def member_figures(place: int, member: int) -> dict[str, Any]:
    """The four figures of a member, as the query selects them."""
    return {
        figure: {"total": {"amount": amount(place, member, number)}} for number, figure in enumerate(FIGURES)
    }


QUERY = """
query Members($slug: String!, $from: Date!, $to: Date!) {
  place(slug: $slug) {
    name
    members(first: 20) {
      edges {
        node {
          organisation { legalName }
          figures(from: $from, to: $to) {
            committed { total { amount } }
            due { total { amount } }
            delivered { total { amount } }
            validated { total { amount } }
          }
        }
      }
    }
  }
}
""".strip()
