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
        trial_s, attempt_s: median seconds.
        trial_tokens, attempt_tokens: input and output tokens together, in the median.
        sigma: of log seconds, of trials and attempts.
        token_sigma: of the log of the tokens' noise.
        trial_usd, attempt_usd: dollars for a million tokens.
    """

    trial_s: float = 600.0
    trial_tokens: int = 720_000
    attempt_s: float = 2400.0
    attempt_tokens: int = 2_880_000
    sigma: float = 1.0
    token_sigma: float = 0.3
    trial_usd: float = 4.7
    attempt_usd: float = 4.7

    def trials(self, count: int, rng: Generator) -> tuple[Floats, NDArray[np.int64]]:
        """Draw seconds and tokens of trials; both have shape (count,)."""
        return self._draw(self.trial_s, self.trial_tokens, count, rng)

    def attempt(self, rng: Generator) -> tuple[float, int]:
        """Draw seconds and tokens of an attempt."""
        seconds, tokens = self._draw(self.attempt_s, self.attempt_tokens, 1, rng)
        return float(seconds[0]), int(tokens[0])

    def _draw(
        self, median_s: float, median_tokens: int, count: int, rng: Generator
    ) -> tuple[Floats, NDArray[np.int64]]:
        longer = np.exp(self.sigma * rng.standard_normal(count))
        more = np.exp(self.token_sigma * rng.standard_normal(count))
        return median_s * longer, (median_tokens * longer * more).astype(np.int64)
