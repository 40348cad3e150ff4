"""What a run costs, where the price is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.privacy.sharing import each_of, stays_here
from db.acts import option
from db.errors import InvalidValueError

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.usage import RunUsage


def cost_of(language_model: Model, usage: RunUsage) -> float | None:
    """Dollars that a run used; 0 on this machine, None where the price is not known.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        usage: What was used.
    """
    if stays_here(language_model):
        return 0.0
    return float(usage.cost) if usage.cost is not None else None


def require_price(language_model: Model) -> None:
    """Refuses a limit in dollars that could not be held.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.

    Raises:
        InvalidValueError: The price of the language model is not known.
    """
    for one in each_of(language_model):
        if not stays_here(one) and not _is_priced(one):
            raise InvalidValueError(
                f"The price of {one.model_name} is not known, so {option('max_cost')} cannot be held.",
                f"Limit the run with {option('max_requests')} instead.",
            )


def _is_priced(language_model: Model) -> bool:
    from pydantic_ai.messages import ModelResponse
    from pydantic_ai.usage import RequestUsage

    sample = ModelResponse(
        parts=[],
        model_name=language_model.model_name,
        provider_name=language_model.system,
        provider_url=language_model.base_url,
        usage=RequestUsage(input_tokens=1, output_tokens=1),
    )
    try:
        sample.cost()
    except (LookupError, ValueError):
        return False
    return True
