"""What a language model can do, as it showed when it was probed: call tools, answer to a schema, how much it reads."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.privacy.sharing import is_local
from db.disk_cache import keep_json, kept_json
from db.provenance import content_hash
from tools.workspace import Paths

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters

PROTOCOL = "1"
"""Changes when the probe does, so that what another one found is not believed."""
GENE = "TP53"
ANSWER_TOKENS = 200
SECONDS = 5.0
"""How long a server may take to say what it serves."""
SCHEMA = {
    "type": "object",
    "properties": {"gene": {"type": "string", "enum": [GENE]}, "hit": {"type": "boolean"}},
    "required": ["gene", "hit"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Abilities:
    """What a language model can do.

    Attributes:
        tools: Whether it called a tool when it was asked to, with the argument that it was given.
        json_schema: Whether it answered to a schema that the provider was given.
        context: Tokens that it reads at once, where the server or its maker says so; else None.
    """

    tools: bool
    json_schema: bool
    context: int | None = None


def kept_abilities(language_model: Model, paths: Paths | None = None) -> Abilities | None:
    """What an earlier probe of the same language model at the same address found; None where there was none.

    Args:
        language_model: The language model itself.
        paths: The user's folders; those of this process where None.
    """
    held = kept_json(_file(language_model, paths))
    try:
        return Abilities(**{name: held[name] for name in ("tools", "json_schema", "context")}) if held else None
    except KeyError:
        return None


def keep_abilities(language_model: Model, found: Abilities, paths: Paths | None = None) -> None:
    """Keeps what a probe found, for as long as the cache is.

    Args:
        language_model: The language model itself.
        found: What was found.
        paths: The user's folders; those of this process where None.
    """
    keep_json(_file(language_model, paths), asdict(found))


def _file(language_model: Model, paths: Paths | None) -> Path:
    asked = {"base_url": language_model.base_url or "", "system": language_model.system, "protocol": PROTOCOL}
    return (paths or Paths.of_user()).cache / "abilities" / f"{content_hash([language_model.model_name], asked)}.json"


async def probe(language_model: Model) -> Abilities:
    """Asks a language model for a tool call and for an answer to a schema, one request each, and nothing of the store.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it, without what makes up for abilities.

    Raises:
        ModelAPIError: It cannot be reached, or refuses even plain text.
    """
    tools = await _shown(language_model, f"Call the tool look_up for the gene {GENE}.", _with_tool(), _calls)
    schema = await _shown(
        language_model, f"Is {GENE} a hit? Answer in JSON, with its name and true or false.", _to_schema(), _fits
    )
    if not tools and not schema:
        # What refuses both may refuse everything: that is told as it is, and not as a lack of abilities.
        await _asked(language_model, "Say hello.", _plain())
    return Abilities(tools, schema, await asyncio.to_thread(context_of, language_model))


async def _shown(language_model: Model, question: str, parameters: ModelRequestParameters, shows: Any) -> bool:  # noqa: ANN401
    """Whether an answer shows what is looked for; a refusal or an answer cut short shows that it is not."""
    from pydantic_ai.exceptions import ModelHTTPError, UnexpectedModelBehavior, UserError

    from agent.privacy.border import AnswerCutShort

    try:
        return bool(shows(await _asked(language_model, question, parameters)))
    except ModelHTTPError as error:
        if error.status_code in (400, 404, 415, 422, 500, 501):
            return False
        raise
    except (UnexpectedModelBehavior, UserError, AnswerCutShort):
        return False


async def _asked(language_model: Model, question: str, parameters: ModelRequestParameters) -> ModelResponse:
    from pydantic_ai.direct import model_request
    from pydantic_ai.messages import ModelRequest
    from pydantic_ai.settings import ModelSettings

    return await model_request(
        language_model,
        [ModelRequest.user_text_prompt(question)],
        model_settings=ModelSettings(max_tokens=ANSWER_TOKENS),
        model_request_parameters=parameters,
    )


def _plain() -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters

    return ModelRequestParameters()


def _with_tool() -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.tools import ToolDefinition

    gene = {"gene": {"type": "string", "description": "Symbol of the gene."}}
    schema = {"type": "object", "properties": gene, "required": ["gene"], "additionalProperties": False}
    return ModelRequestParameters(
        function_tools=[ToolDefinition(name="look_up", parameters_json_schema=schema, description="Looks a gene up.")],
        allow_text_output=True,
    )


def _to_schema() -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition

    asked = OutputObjectDefinition(SCHEMA, name="verdict", description="Whether a gene is a hit.", strict=True)
    return ModelRequestParameters(output_mode="native", output_object=asked, allow_text_output=True)


def _calls(response: ModelResponse) -> bool:
    for call in response.tool_calls:
        with suppress(ValueError):
            if call.tool_name == "look_up" and GENE in str(call.args_as_dict(raise_if_invalid=True).get("gene", "")):
                return True
    return False


def _fits(response: ModelResponse) -> bool:
    try:
        value = json.loads(response.text or "")
    except ValueError:
        return False
    return isinstance(value, dict) and value.get("gene") == GENE and isinstance(value.get("hit"), bool)


def context_of(language_model: Model) -> int | None:
    """Tokens that a language model reads at once: a server on this machine is asked, others by what is known of them.

    Args:
        language_model: The language model.
    """
    base = (language_model.base_url or "").rstrip("/")
    if not is_local(base):
        return language_model.context_window
    root = base.removesuffix("/v1")
    # llama.cpp tells what it serves with, vLLM and others at most what was trained.
    served = _whole(_got(f"{root}/props").get("default_generation_settings", {}), "n_ctx")
    if served is not None:
        return served
    listed = _got(f"{root}/v1/models").get("data")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, Mapping) and one.get("id") == language_model.model_name:
            told = {**(one.get("meta") or {}), **one}
            return _whole(told, "max_model_len", "context_length", "context_window", "n_ctx", "n_ctx_train")
    return None


def _whole(told: Any, *names: str) -> int | None:  # noqa: ANN401 – whatever a server says
    if not isinstance(told, Mapping):
        return None
    return next((told[name] for name in names if isinstance(told.get(name), int) and told[name] > 0), None)


def _got(url: str) -> dict[str, Any]:
    """What a server on this machine answers; nothing where it does not."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 – an address that `is_local` knows
            value = json.loads(answer.read(1 << 20))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
