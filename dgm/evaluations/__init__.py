"""Suites, trials, grading and the statistics of scores."""
