"""Tests of `dgm.models`, over real HTTP against a scripted server."""
