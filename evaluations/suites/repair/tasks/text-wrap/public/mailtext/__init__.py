from mailtext.mail import format_mail

__all__ = ["format_mail"]
