"""Evidence ids: how each kind is written, and what one names."""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, str] = {
    "effect": "effect:<contrast>:<perturbation>",
    "set": "set:<collection>:<name>",
    "edge": "edge:<network>:<gene>:<gene>",
    "result": "result:<round>:<perturbation>",
    "text": "text:<gene>",
    "response": "response:<context>:<perturbation>:<readout>",
    "cite": "cite:<source>:<id>",
}
"""Kind → how its ids are written."""


def effect_id(contrast: int, perturbation: str) -> str:
    """The id of an effect.

    Args:
        contrast: Id of its contrast.
        perturbation: Name of its perturbation.
    """
    return f"effect:{contrast}:{perturbation}"


def set_id(collection: str, name: str) -> str:
    """The id of a gene set.

    Args:
        collection: Name of its collection.
        name: Its name.
    """
    return f"set:{collection}:{name}"


def edge_id(network: str, a: str, b: str) -> str:
    """The id of an edge; the order of its genes does not matter to whoever opens it.

    Args:
        network: Name of the network.
        a: Symbol of a gene.
        b: Symbol of the other gene.
    """
    return f"edge:{network}:{a}:{b}"


def result_id(round_id: int, perturbation: str) -> str:
    """The id of a nomination and of what was measured of it.

    Args:
        round_id: Id of the round.
        perturbation: Name of the perturbation.
    """
    return f"result:{round_id}:{perturbation}"


def text_id(gene: str) -> str:
    """The id of what is written of a gene.

    Args:
        gene: Its approved symbol.
    """
    return f"text:{gene}"


def response_id(context: str, perturbation: str, readout: str) -> str:
    """The id of a response.

    Args:
        context: Name of the table of responses.
        perturbation: Name of the perturbation.
        readout: Name of the readout gene or set.
    """
    return f"response:{context}:{perturbation}:{readout}"


def cite_id(source: str, number: str) -> str:
    """The id of a publication.

    Args:
        source: Database that holds it, such as ``MED``.
        number: Its number there.
    """
    return f"cite:{source}:{number}"


def id_sql(kind: str, *columns: str) -> str:
    """The expression of SQL that writes ids of a kind.

    Args:
        kind: A kind of `FORMS`.
        columns: The columns that hold its parts, in the order of its form.
    """
    return " || ':' || ".join((f"'{kind}'", *columns))


def kind_of(evidence_id: str) -> str:
    """The kind of an id, which may be none of `FORMS`.

    Args:
        evidence_id: The id.
    """
    return evidence_id.strip().partition(":")[0]


def parts_of(evidence_id: str) -> tuple[str, ...]:
    """What an id names, in the order of its form; empty where it is not written like any.

    Args:
        evidence_id: The id; its last part may hold colons.
    """
    kind, _, rest = evidence_id.strip().partition(":")
    expected = FORMS.get(kind, "").count(":")
    parts = tuple(rest.split(":", expected - 1)) if expected else ()
    numbered = kind not in ("effect", "result") or parts[0].isdecimal()
    return parts if len(parts) == expected and all(parts) and numbered else ()
