"""How a measurement framework is divided, and how it maps to other systems."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from cdp_common.contracts import toms as contract


@strawberry.type(description="A theme of a measurement framework.")
class Theme:
    """A theme."""

    code: str = strawberry.field(description="The theme's code.")
    title: str = strawberry.field(description="The title.")

    @classmethod
    def of(cls, record: contract.PackTheme) -> Theme:
        """The theme that toms-engine describes."""
        return cls(code=record.code, title=record.title)


@strawberry.type(description="An outcome under a theme.")
class Outcome:
    """An outcome."""

    code: str = strawberry.field(description="The outcome's code.")
    theme: str = strawberry.field(description="The code of its theme.")
    title: str = strawberry.field(description="The title.")

    @classmethod
    def of(cls, record: contract.PackOutcome) -> Outcome:
        """The outcome that toms-engine describes."""
        return cls(code=record.code, theme=record.theme, title=record.title)


@strawberry.type(description="A category of another system.")
class CrosswalkCategory:
    """A category."""

    code: str = strawberry.field(description="The category's code.")
    title: str = strawberry.field(description="The category's title.")


@strawberry.type(description="A measure's share in a category.")
class CrosswalkRow:
    """One row of a mapping."""

    measure: str = strawberry.field(description="The measure's code.")
    category: str = strawberry.field(description="The category's code.")
    share: Decimal = strawberry.field(description="The measure's share in the category, from 0 to 1.")


@strawberry.type(description="A mapping of measures to another system's categories.")
class Crosswalk:
    """A mapping to objectives, pillars, goals or missions of another system."""

    scheme: str = strawberry.field(description="The other system's code.")
    title: str = strawberry.field(description="The other system's title.")
    categories: list[CrosswalkCategory] = strawberry.field(description="Its categories.")
    rows: list[CrosswalkRow] = strawberry.field(description="Which measures belong to which, and how much.")
    additive: bool | None = strawberry.field(
        description="Whether the shares of every measure sum to exactly 1; null where that is not told."
    )
    note: str | None = strawberry.field(description="What to bear in mind; null where nothing is said.")

    @classmethod
    def of(cls, record: contract.Crosswalk) -> Crosswalk:
        """The mapping that toms-engine describes."""
        return cls(
            scheme=record.scheme,
            title=record.title,
            categories=[
                CrosswalkCategory(code=code, title=title) for code, title in record.categories.items()
            ],
            rows=[
                CrosswalkRow(measure=row.measure, category=row.category, share=row.share)
                for row in record.rows
            ],
            additive=record.additive,
            note=record.note,
        )
