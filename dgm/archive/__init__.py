"""The run's folder: git for agents, SQLite for measurements, artifacts by SHA-256."""
