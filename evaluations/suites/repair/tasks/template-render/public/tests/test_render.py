import pytest

from templates import TemplateError, render


def test_names_are_filled_in():
    assert render("Dear {{ name }}, {{n}} days left", {"name": "Ann", "n": 3}) == "Dear Ann, 3 days left"


def test_an_unknown_name_is_an_error():
    with pytest.raises(TemplateError):
        render("{{ name }}", {})


def test_dotted_names_and_filters():
    assert render("{{ customer.name|trim|upper }}", {"customer": {"name": " ann "}}) == "ANN"
