from invoices import invoice_total


def test_lines_are_added():
    assert invoice_total([("1.10", 3), ("2.00", 1)]) == "5.30"
