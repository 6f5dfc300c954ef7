from survey.summary import summary

__all__ = ["summary"]
