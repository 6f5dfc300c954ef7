from steps.plan import plan

__all__ = ["plan"]
