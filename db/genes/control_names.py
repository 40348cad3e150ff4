"""Names of negative controls, as libraries and tools write them; they come before genes that have them as aliases.

``BFP`` is an alias of RNF112, ``RFP`` was TRIM27's symbol, and ``ctrl`` is CTRL without its case. In tables and lists
of screens they are labels of controls.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fnmatch import fnmatchcase

from db.genes.perturbation_names import genes_in

GENES_TOO = frozenset({"CTRL", "Ctrl"})
"""Approved symbols, exactly as they are written, that label controls as well: chymotrypsin like, of man and mouse."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CORE = r"""(?:
    non?\ ?targ(?:et|eting|eted|ets|etting)?(?:\ ?controls?)? | no\ current | no\ ?site
    | non\ ?(?:gene|human|mouse|cutting) | (?:neg(?:ative)?\ ?)?(?:controls?|ctrls?|ctls?) | neg(?:ative)? | ntcs?
    | n[tc]\ ?(?:controls?|ctrls?|guides?|sgrnas?)
    | scr(?:ambled?)? | inter\ ?genic | empty(?:\ ?vector)? | dummy | random(?:ized)?
    | safe(?:\ ?(?:targeting|harbou?r|cutters?|regions?|sites?|guides?))?
    | (?:f|r|n|firefly|renilla|nano)?\ ?luc(?:iferase)? | lac\ ?z
    | (?:e|ac|em|zs|tag|turbo|sf|d|m|ev|mtag)?\ ?(?:gfp|bfp|rfp|yfp) | e\ ?cfp
    | m\ ?(?:cherry|ruby|scarlet|orange|kate|venus|plum) | td\ ?tomato | ds\ ?red
    | [hm]?\ ?aavs\ 1 | (?:m|h|gt)?\ ?rosa\ 26 | pseudo(?:\ ?genes?)? | chr\ ?(?:\d+|x|y)\ (?:promiscuous|rand(?:om)?)
    )"""
_BESIDE = r"""(?:
    sg|si|sh|sgrnas?|grnas?|sirnas?|shrnas?|guides?|rnas?|for|human|mouse|hs|mm|hsa|mmu|one|sites?|genes?|neg(?:ative)?
    |nt|ntc|controls?|ctrls?|cutting|targeting|regions?|set|pool|group|olfr|olfactory|random|sequences?|oligos?|pseudo|\d+
    )"""
_CONTROL = re.compile(rf"(?:(?:{_BESIDE}|[hmg])\ )*{_CORE}(?:\ (?:{_BESIDE}|[a-z]))*", re.VERBOSE)
_SHORT = re.compile(r"n[tc](?:[_ .]\d+)?", re.IGNORECASE)
"""``NT_1``; NT-3 and NT3 are the gene NTF3."""
_GENES = re.compile(r"h?luc7\w*|ctrl[-_ .]?(?:p\d+)+|[rb]fp\d\d?|ntc(?:31|90)|ctl\d|scr\d\d?", re.IGNORECASE)
"""Genes written like a control with its number: RFP2 is TRIM13, LUC7L a splicing factor."""
_MAYBE = re.compile(
    "targ|ctrl|ctl|contr|ntc|neg|scr|genic|saf|luc|lac|gfp|bfp|rfp|yfp|cfp|cherry|ruby|scarlet|orange|kate|venus|plum"
    "|tomato|red|aavs|rosa|pseudo|promisc|rand|empty|dummy|non|no|nt|nc"
)
"""What every such name holds in lower case: a search that few names of genes pass, and a quick one."""
_PATTERN_SIGNS = re.compile(r"[*?\[]")
_NUMBER = re.compile(r"[-_ .#]\d+$")


def is_control(name: str, declared: Collection[str] = ()) -> bool:
    """Whether a whole name is that of a negative control; a pair is one where both of its names are.

    Whole names only: parts of a name would take the genes KNTC1 and NEGR1 for controls. Known are non-targeting, NTC,
    safe-targeting, control, scramble, intergenic, pseudo, no current, no site, AAVS1, ROSA26, LacZ, luciferase and
    fluorescent proteins, each also numbered (``NTC_12``) and with words such as guide, gene or site beside it.

    Args:
        name: A name as the file has it.
        declared: Further names of controls, case folded; each stands for its numbered forms too, where something parts
            name and number (``NO_SITE`` also for ``NO_SITE_12``). ``*``, ``?`` and ``[…]`` are read as a shell does.
    """
    return all(is_control_word(part) or is_declared(part, declared) for part in genes_in(name))


def is_control_word(name: str) -> bool:
    """Whether one name, of no pair, is known to label negative controls.

    Args:
        name: The name.
    """
    if _MAYBE.search(name.lower()) is None or _GENES.fullmatch(name):
        return False
    if _SHORT.fullmatch(name):
        return True
    return _CONTROL.fullmatch(" ".join(_WORDS.findall(name)).casefold()) is not None


def is_declared(name: str, declared: Collection[str]) -> bool:
    """Whether a name, or the name that it is a numbered form of, is among declared names and patterns.

    Args:
        name: The name.
        declared: Names and patterns, case folded.
    """
    if not declared:
        return False
    folded = name.casefold()
    return not {folded, _NUMBER.sub("", folded)}.isdisjoint(declared) or any(
        fnmatchcase(folded, one) for one in declared if _PATTERN_SIGNS.search(one)
    )
