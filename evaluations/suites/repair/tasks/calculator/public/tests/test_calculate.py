import pytest

from calculator import CalculatorError, calculate


def test_products_come_before_sums():
    assert calculate("1 + 2 * 3 - 4 / 8") == 6.5


def test_parentheses_and_signs():
    assert calculate("-(1 + 2) * -3") == 9.0


def test_division_by_zero():
    with pytest.raises(CalculatorError):
        calculate("1 / (2 - 2)")
