"""Tables of R data files, read off the parsed file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from db.files.objects import R_HELP, read_r_data
from db.files.opening import damage_refused


def r_columns(path: Path) -> dict[str, list[Any]]:
    """The columns of an R data frame by name; converting the file as a whole takes twice as long as reading it.

    Args:
        path: An .rda or .rds file whose first object is a data frame.

    Returns:
        Column → values; empty where the object is no data frame. Missing text is empty, missing numbers are None.

    Raises:
        RefusedFileError: The file is no R data.
    """
    import rdata

    with damage_refused(path, "R data", R_HELP):
        kinds = rdata.parser.RObjectType
        node = read_r_data(path).object
        if node.info.type is kinds.LIST:
            node = node.value[0]
        if node.info.type is not kinds.VEC:
            return {}
        names = _names(node, kinds) or [str(number) for number in range(len(node.value))]
        return dict(zip(names, (_column(column, kinds.STR) for column in node.value), strict=True))


def _names(node: Any, kinds: Any) -> list[str]:  # noqa: ANN401 - rdata's own objects have no public type
    """The data frame's column names, which R keeps in a linked list of attributes."""
    attribute = node.attributes
    while attribute is not None and attribute.info.type is kinds.LIST:
        tag = attribute.tag
        symbol = tag.referenced_object if tag.info.type is kinds.REF else tag
        if symbol.value.value == b"names":
            return [str(name) for name in _column(attribute.value[0], kinds.STR)]
        attribute = attribute.value[1]
    return []


def _column(column: Any, text_type: Any) -> list[Any]:  # noqa: ANN401 - rdata's own objects have no public type
    if column.info.type is text_type:
        return [cell.value.decode("utf-8", "replace") if cell.value is not None else "" for cell in column.value]
    values = column.value
    return list(values.tolist() if hasattr(values, "tolist") else values)
