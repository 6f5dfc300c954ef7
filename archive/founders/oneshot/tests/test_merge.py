import pytest

from oneshot.merge import gist, merge

SOURCE = '''"""A shop."""

from dataclasses import dataclass

RATE = 2


@dataclass
class Basket:
    items: list

    @property
    def size(self):
        return 0

    @size.setter
    def size(self, value):
        pass


def total(basket):
    return 0


if __name__ == "__main__":
    print(total(Basket([])))
'''


def test_a_function_is_replaced():
    assert "    return 1\n" in merge(SOURCE, "def total(basket):\n    return 1\n")
    assert merge(SOURCE, "def total(basket):\n    return 1\n").count("def total") == 1


def test_a_method_is_replaced_and_a_setter_is_not_its_getter():
    merged = merge(SOURCE, "@property\ndef size(self):\n    return 7\n", "Basket")

    assert "        return 7\n\n    @size.setter" in merged


def test_a_method_without_its_class_finds_the_only_one_that_has_it():
    assert "    @property\n    def size(self):\n        return 8" in merge(
        SOURCE, "@property\ndef size(self):\n    return 8\n"
    )


def test_a_class_with_one_method_leaves_the_others():
    merged = merge(SOURCE, "class Basket:\n    def clear(self):\n        self.items = []\n")

    assert "@size.setter" in merged
    assert "    def clear(self):\n        self.items = []\n" in merged


def test_an_import_goes_below_the_others():
    assert "dataclass\nimport math\n" in merge(SOURCE, "import math\n")


def test_an_import_that_is_there_is_not_added_again():
    assert merge(SOURCE, "from dataclasses import dataclass\n") == SOURCE


def test_a_new_function_goes_above_the_main_block():
    merged = merge(SOURCE, "def fresh():\n    return 1\n")

    assert merged.index("def total") < merged.index("def fresh") < merged.index("if __name__")


def test_a_constant_is_replaced_or_added():
    assert "RATE = 3\n" in merge(SOURCE, "RATE = 3\n")
    assert "LIMIT = 3\n" in merge(SOURCE, "LIMIT = 3\n")


def test_a_new_constant_stands_between_single_empty_lines():
    assert "import dataclass\n\nLIMIT = 3\n\nRATE = 2\n" in merge(SOURCE, "LIMIT = 3\n")


def test_text_at_the_margin_inside_a_method_is_kept():
    code = 'class Basket:\n    def help(self):\n        return """a\nb\n"""\n'

    assert '        return """a\nb\n"""\n' in merge(SOURCE, code)


def test_a_class_that_there_is_not_leaves_a_function_in_the_module():
    assert merge("", "def f():\n    return 1\n", "shop.f").strip() == "def f():\n    return 1"


def test_a_function_beside_a_class_is_not_put_into_it():
    merged = merge(SOURCE, "def fresh():\n    return 1\n\nclass Basket:\n    limit = 3\n", "Basket")

    assert "\ndef fresh" in merged
    assert "    limit = 3\n" in merged


@pytest.mark.parametrize("more", ["import math\n", "from math import pi as p, e\n", "# a comment\n", "\n\n"])
def test_the_gist_of_a_source_is_without_what_nothing_uses(more):
    assert gist(more + SOURCE) == gist(SOURCE)


@pytest.mark.parametrize("more", ["import os.path\nx = os.sep\n", "LIMIT = 1\n", "from math import pi as p\nx = p\n"])
def test_the_gist_of_a_source_is_all_that_it_does(more):
    assert len(gist(more + SOURCE)) == len(gist(SOURCE)) + more.count("\n")


@pytest.mark.parametrize("code", ["", "# nothing\n", "print(1)\n"])
def test_a_block_without_a_definition_is_refused(code):
    with pytest.raises(LookupError):
        merge(SOURCE, code)


def test_broken_code_is_refused():
    with pytest.raises(SyntaxError):
        merge(SOURCE, "def total(:\n")
