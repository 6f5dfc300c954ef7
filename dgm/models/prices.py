"""What models cost: a table that a run's configuration extends.

Dollars for a million input and output tokens, as published price lists gave them on `AS_OF`; the provider's own page
was not asked. Prices change: a run that must hold a budget in dollars names its own in `[models.prices]`.
"""

from collections.abc import Mapping

from dgm.config import PriceSection
from dgm.errors import PriceUnknown
from dgm.values import Price

AS_OF = "2026-03"

FREE = Price(0.0, 0.0)

BUILT_IN: Mapping[str, Price] = {
    "gpt-4o": Price(2.50, 10.00),
    "gpt-4o-mini": Price(0.15, 0.60),
    "gpt-4.1": Price(2.00, 8.00),
    "gpt-4.1-mini": Price(0.40, 1.60),
    "gpt-4.1-nano": Price(0.10, 0.40),
    "gpt-5": Price(1.25, 10.00),
    "gpt-5-mini": Price(0.25, 2.00),
    "gpt-5-nano": Price(0.05, 0.40),
    "o3": Price(2.00, 8.00),
    "o3-mini": Price(1.10, 4.40),
    "o4-mini": Price(1.10, 4.40),
}


def find_price(model: str, own: Mapping[str, PriceSection], *, needed: bool) -> Price:
    """Return a model's price: the configuration's own, else the built-in one.

    Args:
        needed: whether the budget is in dollars; where it is not, an unknown price counts as nothing.

    Raises:
        PriceUnknown: the price is needed and stands nowhere.
    """
    if model in own:
        return Price(own[model].input_usd, own[model].output_usd)
    if model in BUILT_IN:
        return BUILT_IN[model]
    if not needed:
        return FREE
    raise PriceUnknown(
        f"the budget is in dollars, and the price of the model {model!r} is not known: add "
        f'`[models.prices."{model}"]` with input_usd and output_usd (for a million tokens), or drop budget.cost_usd'
    )
