"""The search: population, strategies, retention, budget and the loop."""
