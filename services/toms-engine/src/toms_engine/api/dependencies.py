"""What the routes ask of the application: published editions in memory, and the figures in use."""

from typing import Annotated

from fastapi import Depends, Request

from toms_engine.domain.figures import Figures
from toms_engine.use_cases.published_editions import PublishedEditions


def published_editions(request: Request) -> PublishedEditions:
    """The application's published editions."""
    editions: PublishedEditions = request.app.state.editions
    return editions


def figures_in_use(request: Request) -> Figures:
    """The price levels and discount rates in use."""
    figures: Figures = request.app.state.figures
    return figures


Editions = Annotated[PublishedEditions, Depends(published_editions)]
FiguresInUse = Annotated[Figures, Depends(figures_in_use)]
