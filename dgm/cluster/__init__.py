"""Executors: in the driver, or through Ray."""
