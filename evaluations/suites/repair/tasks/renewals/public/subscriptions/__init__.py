from subscriptions.months import add_months
from subscriptions.plans import due_dates

__all__ = ["add_months", "due_dates"]
