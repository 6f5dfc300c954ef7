from limiter.limiter import Limiter

__all__ = ["Limiter"]
