from access.errors import RulesError
from access.policy import Policy

__all__ = ["Policy", "RulesError"]
