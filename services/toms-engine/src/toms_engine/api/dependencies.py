"""What the routes ask of the application: published editions in memory, and the figures in use.

These are coroutines though they wait for nothing: the framework would run plain functions in a thread each.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from cdp_common.web.uploads import UploadRoom
from toms_engine.domain.figures import Figures
from toms_engine.domain.recommendation import ChoiceRules
from toms_engine.storage.layouts_shipped import NeedLayouts
from toms_engine.use_cases.published_editions import PublishedEditions


async def published_editions(request: Request) -> PublishedEditions:
    """The application's published editions."""
    editions: PublishedEditions = request.app.state.editions
    return editions


async def figures_in_use(request: Request) -> Figures:
    """The price levels and discount rates in use."""
    figures: Figures = request.app.state.figures
    return figures


async def need_layouts(request: Request) -> NeedLayouts:
    """The layouts of official files in use."""
    layouts: NeedLayouts = request.app.state.layouts
    return layouts


async def upload_room(request: Request) -> UploadRoom:
    """Where the application receives files."""
    uploads: UploadRoom = request.app.state.uploads
    return uploads


async def choice_rules(request: Request) -> ChoiceRules:
    """The rules for choosing measures in use."""
    rules: ChoiceRules = request.app.state.choice_rules
    return rules


@dataclass(frozen=True)
class FileSizes:
    """The most bytes, decompressed, that are read of each kind of file."""

    need_file: int
    lookup: int
    boundaries: int


async def file_sizes(request: Request) -> FileSizes:
    """The sizes that the application was made with."""
    sizes: FileSizes = request.app.state.file_sizes
    return sizes


Editions = Annotated[PublishedEditions, Depends(published_editions)]
FiguresInUse = Annotated[Figures, Depends(figures_in_use)]
Choosing = Annotated[ChoiceRules, Depends(choice_rules)]
Layouts = Annotated[NeedLayouts, Depends(need_layouts)]
Uploads = Annotated[UploadRoom, Depends(upload_room)]
Sizes = Annotated[FileSizes, Depends(file_sizes)]
