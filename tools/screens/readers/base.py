"""What a reader of screen files is: it knows a format by its header, and makes typed rows of the file."""

from __future__ import annotations

from typing import Protocol

from tools.screens.tables.reading import Reading
from tools.screens.tables.screen_table import ScreenTable
from tools.screens.tables.source_file import SourceFile


class ScreenReader(Protocol):
    """Reads one format of screen files."""

    title: str
    """The format in a few words, for messages and help."""

    def recognises(self, source: SourceFile, reading: Reading) -> bool:
        """Whether the file looks like this format, judged by its header alone.

        Args:
            source: The open file.
            reading: How it is to be read; a suffix or a mapping may change the header that counts.
        """
        ...

    def read(self, source: SourceFile, reading: Reading) -> ScreenTable:
        """Reads the whole file.

        Args:
            source: The open file.
            reading: How it is to be read.

        Raises:
            RefusedFileError: The file cannot be read as this format.
        """
        ...
