"""What trials and attempts take: seconds, and tokens and dollars that follow from them. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """Lognormal seconds; tokens in proportion to them, with lognormal noise; dollars in proportion to tokens.

    The defaults: a trial takes 10 minutes in the median with sigma 1, and 60 trials cost about 350 USD, as the Darwin
    Gödel Machine's do; an attempt costs about four trials.

    Args:
        trial_s: median seconds of a trial.
        sigma: of log seconds, of trials and attempts.
        attempt_in_trials: median of an attempt's seconds by that of a trial's.
        tokens_per_s: input and output tokens together for each second.
        token_sigma: of the log of the tokens' noise.
        usd_per_million: dollars for a million tokens.
    """

    trial_s: float = 600.0
    sigma: float = 1.0
    attempt_in_trials: float = 4.0
    tokens_per_s: float = 1200.0
    token_sigma: float = 0.3
    usd_per_million: float = 4.7

    def trials(self, count: int, rng: Generator) -> tuple[Floats, NDArray[np.int64]]:
        """Draw seconds and tokens of trials; both have shape (count,)."""
        return self._draw(self.trial_s, count, rng)

    def attempt(self, rng: Generator) -> tuple[float, int]:
        """Draw seconds and tokens of an attempt."""
        seconds, tokens = self._draw(self.attempt_in_trials * self.trial_s, 1, rng)
        return float(seconds[0]), int(tokens[0])

    def cost_usd(self, tokens: int) -> float:
        """Return the dollars for so many tokens."""
        return tokens * self.usd_per_million / 1e6

    def _draw(self, median_s: float, count: int, rng: Generator) -> tuple[Floats, NDArray[np.int64]]:
        seconds: Floats = median_s * np.exp(self.sigma * rng.standard_normal(count))
        tokens = self.tokens_per_s * seconds * np.exp(self.token_sigma * rng.standard_normal(count))
        return seconds, tokens.astype(np.int64)
