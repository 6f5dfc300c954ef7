import pytest
from templates import TemplateError, render

LETTER = (
    "Dear {{ customer.name|title }},\n"
    "{% if invoice.overdue %}please pay {{ invoice.amount }} at once.{% else %}thank you!{% end %}\n"
    "Yours, {{ sender|default:the office|upper }}"
)


def broken(template, **values):
    with pytest.raises(TemplateError):
        render(template, values)


def test_the_letter_to_somebody_who_has_not_paid():
    values = {"customer": {"name": "ann lee"}, "invoice": {"overdue": True, "amount": 12}, "sender": "bob"}
    assert render(LETTER, values) == "Dear Ann Lee,\nplease pay 12 at once.\nYours, BOB"


def test_the_letter_to_somebody_who_has_paid():
    values = {"customer": {"name": "ann"}, "invoice": {"overdue": False}}
    assert render(LETTER, values) == "Dear Ann,\nthank you!\nYours, THE OFFICE"


def test_dotted_names_at_any_depth():
    assert render("{{ a.b.c }}-{{a.d}}", {"a": {"b": {"c": 1}, "d": 2}}) == "1-2"


def test_filters_from_left_to_right():
    assert render("[{{ x | trim | lower }}]", {"x": "  HeLLo "}) == "[hello]"


def test_default_for_an_empty_text_and_not_for_others():
    assert render("{{ a|default:none }} {{ b|default:none }}", {"a": "", "b": "x"}) == "none x"


def test_conditions_inside_one_another():
    template = "{% if a %}A{% if b %}B{% else %}b{% end %}{% else %}a{% end %}."
    seen = [render(template, {"a": a, "b": b}) for a in (True, False) for b in (True, False)]
    assert seen == ["AB.", "Ab.", "a.", "a."]


def test_an_unknown_name_counts_as_false():
    assert render("{% if x.y %}yes{% end %}{% if z %}{% else %}no{% end %}", {"x": {}}) == "no"


def test_unknown_filters_and_names_are_errors():
    broken("{{ x|shout }}", x="a")
    broken("{{ x.y|upper }}", x={})
    broken("{{ x.y }}", x="text")


def test_conditions_must_be_in_pairs():
    broken("{% if a %}x", a=True)
    broken("x{% end %}", a=True)
    broken("{% else %}x{% end %}", a=True)


def test_what_is_not_shown_needs_no_values():
    assert render("{% if a %}{{ b.c }}{% end %}ok", {"a": False}) == "ok"
