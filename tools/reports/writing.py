"""Writes a report: an HTML file that holds all it needs, a markdown twin, or both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from db.acts import NAME, option
from db.errors import InvalidValueError
from tools.output_files import output_path, path_of_form, write_whole
from tools.reports.campaign_page import campaign_page
from tools.reports.html import as_html
from tools.reports.markdown import as_markdown, picture_file
from tools.reports.page import Page
from tools.reports.screen_page import screen_page
from tools.workspace import Progress, Workspace

ENDINGS = (".html", ".md")


@dataclass(frozen=True)
class WrittenReport:
    """A report that was written.

    Attributes:
        title: What it is on.
        files: What was written, the page first, then its twin and the twin's pictures.
        sections: Titles of its parts.
        pictures: What its pictures show, in a sentence each.
        megabytes: Size of the page.
    """

    title: str
    files: tuple[Path, ...]
    sections: tuple[str, ...]
    pictures: tuple[str, ...]
    megabytes: float


def write_report(
    workspace: Workspace,
    out: Path,
    *,
    screen: str = "",
    campaign: str = "",
    markdown: bool = False,
    overwrite: bool = False,
) -> WrittenReport:
    """Writes a report of a screen or a campaign: question, data, method, list, controls, pictures, costs, versions.

    An .html file holds all it needs, pictures too; of an .md file the pictures lie in a folder beside it.

    Args:
        workspace: The store.
        out: The report, .html or .md.
        screen: Name of a screen.
        campaign: Name of a campaign; where neither is named, the only open one.
        markdown: Whether an .md twin is written beside an .html file.
        overwrite: Whether files that are there already are replaced.

    Raises:
        NotFoundError: There is no such screen or campaign.
        NeedsChoiceError: Neither is named, and several campaigns are open.
        InvalidValueError: Both are named, or the ending is another one.
        RefusedFileError: A file cannot be written.
    """
    if screen and campaign:
        raise InvalidValueError(
            f"A screen ({screen}) and a campaign ({campaign}) were named.",
            f"A report is on one: {option(screen=NAME)} or {option(campaign=NAME)}.",
        )
    target = path_of_form(workspace, out, ENDINGS, overwrite=overwrite)
    is_html = target.suffix.casefold() == ".html"
    twin = _twin(workspace, out.with_suffix(".md"), overwrite=overwrite) if markdown and is_html else None
    if not is_html:
        _refuse_folder_in_the_way(target, overwrite=overwrite)
    # One connection for all of it, so that nothing changes between one part and the next.
    with workspace.store.read():
        page = screen_page(workspace, screen) if screen else campaign_page(workspace, campaign)
    workspace.report(Progress("write report", 0, 1, page.title))
    written = [_write(target, as_html(page), overwrite=overwrite)] if is_html else []
    if twin or not is_html:
        written += _write_markdown(workspace, twin or target, page, overwrite=overwrite)
    workspace.report(Progress("write report", 1, 1, "done"))
    size = target.stat().st_size / 1e6
    titles = tuple(one.title for one in page.sections)
    # As it was named, not where links lead.
    named = tuple(
        out.parent / (Path(path.parent.name) if path.suffix == ".png" else Path()) / path.name for path in written
    )
    return WrittenReport(page.title, named, titles, tuple(one.told for one in page.pictures), size)


def _twin(workspace: Workspace, out: Path, *, overwrite: bool) -> Path:
    target = output_path(workspace, out, overwrite=overwrite)
    _refuse_folder_in_the_way(target, overwrite=overwrite)
    return target


def _folder_of(target: Path) -> Path:
    return target.with_name(f"{target.stem}_files")


def _refuse_folder_in_the_way(target: Path, *, overwrite: bool) -> None:
    folder = _folder_of(target)
    if folder.exists() and not (overwrite and folder.is_dir()):
        raise InvalidValueError(
            f"{folder.name}, where the pictures of {target.name} would lie, is there already.",
            f"Name another file, or replace them with {option(overwrite=True)}.",
        )


def _write(target: Path, text: str, *, overwrite: bool) -> Path:
    write_whole(target, _writer(text.encode("utf-8")), overwrite=overwrite)
    return target


def _writer(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def _write_markdown(workspace: Workspace, target: Path, page: Page, *, overwrite: bool) -> list[Path]:
    """Pictures first, so that no page is ever without them."""
    folder = _folder_of(target)
    written = []
    if page.pictures:
        folder.mkdir(exist_ok=overwrite)
        for shown in page.pictures:
            place = output_path(workspace, folder / picture_file(shown), overwrite=overwrite)
            write_whole(place, _writer(shown.png), overwrite=overwrite)
            written.append(place)
    return [_write(target, as_markdown(page, folder.name), overwrite=overwrite), *written]
