"""The doctor's look at a language model: what it can do, and how the assistant adapts to that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from agent.privacy.consent import give_consent, require_consent
from agent.providers.abilities import Abilities, keep_abilities, probe
from agent.providers.errors import explain
from agent.providers.language_models import is_offline, resolve
from agent.settings import load_settings
from db.acts import option
from db.errors import HitscoutError, InvalidValueError
from tools.doctor.findings import Diagnosis, Finding
from tools.workspace import Workspace

ABOUT = "language model"


@dataclass(frozen=True)
class ProbedDiagnosis(Diagnosis):
    """What the doctor found, with what a language model can do.

    Attributes:
        language_model: Name of the language model.
        abilities: What it can do; None where it could not be asked.
    """

    language_model: str = ""
    abilities: Abilities | None = None


def diagnose_language_model(
    workspace: Workspace, found: Diagnosis, name: str, *, agree: bool = False
) -> ProbedDiagnosis:
    """Asks a language model what it can do, keeps that, and adds it to what the doctor found.

    Two requests that hold nothing of the store, a third where both fail.

    Args:
        workspace: Whose settings, consent and cache.
        found: What was found so far.
        name: ``PROVIDER:NAME``.
        agree: Whether a person has agreed to what leaves this machine.

    Raises:
        ConsentNeededError: Nobody agreed that something may leave this machine.
        InvalidValueError: There is no such language model, or it is the offline assistant.
    """
    settings = replace(load_settings(workspace.paths, name=name), fallback="")
    language_model = resolve(settings=settings, adapted=False)
    if is_offline(language_model):
        raise InvalidValueError(
            "The offline assistant is no language model: there is nothing to ask it.",
            f"Name one: {option(language_model='openai-chat:NAME')}.",
        )
    if agree:
        give_consent(language_model, workspace.paths)
    require_consent(language_model, workspace.paths)
    try:
        abilities = asyncio.run(probe(language_model))
    except HitscoutError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a provider does is a finding in words
        failed = explain(error, language_model)
        finding = Finding(ABOUT, "mend", failed.message, failed.suggestion)
        return ProbedDiagnosis((*found.findings, finding), settings.name)
    keep_abilities(language_model, abilities, workspace.paths)
    return ProbedDiagnosis((*found.findings, _finding(settings.name, abilities)), settings.name, abilities)


def _finding(name: str, found: Abilities) -> Finding:
    can = [
        f"{'calls' if found.tools else 'does not call'} tools",
        f"{'answers' if found.json_schema else 'does not answer'} to a JSON schema",
        f"reads {found.context:,} tokens at once" if found.context else "does not say how much it reads at once",
    ]
    message = f"{name} {', '.join(can[:2])}, and {can[2]}."
    if found.tools:
        return Finding(ABOUT, "ok", message)
    how = "each held to a schema" if found.json_schema else "with the schema told, and read leniently"
    return Finding(ABOUT, "note", f"{message} It is asked in single turns, {how}.")
