from invoices.totals import invoice_total, tax

__all__ = ["invoice_total", "tax"]
