"""The door to a model, and the endpoints behind it."""
