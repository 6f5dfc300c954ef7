"""Tests of the two founders, as programs: what is inside them is tested by their own tests, which run here too."""
