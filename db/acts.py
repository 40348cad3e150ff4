"""Acts that would help, named in a text as a script writes them: a tool with its arguments, or an argument alone.

Messages are read by scripts, on the command line and in the chat, and by language models. They name a tool and what it
takes, ``fetch(['hgnc'])``, ``size=40`` or ``size=`` between backticks; the command line and the chat say that in their
own words (`tui.layouts.acts`).
"""

from __future__ import annotations


class Word(str):
    """A word that stands for something of the user's, such as FILE; it is written without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


COLUMN, DIR, FILE, N, NAME, PATH, VALUE = map(Word, ("COLUMN", "DIR", "FILE", "N", "NAME", "PATH", "VALUE"))
ANY = Word("...")
"""Some value or other; a text in plain words, mostly."""


def act(tool: str, /, *arguments: object, **options: object) -> str:
    """A call of a tool, its workspace left out.

    Args:
        tool: The tool's name, such as ``screen_remove``.
        *arguments: What it is always given, in order.
        **options: What else, by name.

    Returns:
        Such as ```screen_remove('pilot')```, backticks included.
    """
    given = [*map(repr, arguments), *(f"{name}={value!r}" for name, value in options.items())]
    return _quoted(f"{tool}({', '.join(given)})")


def option(name: str = "", /, **given: object) -> str:
    """Arguments of the call that was made, or is to be made.

    Args:
        name: An argument's name, where it is not said what is to be given.
        **given: Name and value of each.

    Returns:
        Such as ```size=40``` or ```size=```, backticks included.
    """
    return _quoted(", ".join([*([f"{name}="] if name else []), *(f"{key}={value!r}" for key, value in given.items())]))


def _quoted(text: str) -> str:
    # A backtick of the user's would end the quotation; in a text between quotes Python reads it all the same.
    return f"`{text.replace('`', chr(92) + 'x60')}`"
