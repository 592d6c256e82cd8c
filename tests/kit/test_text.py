import pytest

from shuke.kit.cells import safe_cell
from shuke.kit.errors import InputError
from shuke.kit.text import LANGUAGES, compact_money, keys, number, say, share


def test_a_code_without_a_sentence_is_told_where_to_add_it():
    with pytest.raises(InputError, match=r"'no.such.code'.*kit/text/catalogue"):
        say("no.such.code", "en")


def test_an_unknown_language_is_told_the_three():
    with pytest.raises(InputError, match="zh-hans, zh-hant, en"):
        say("stage.former", "fr")


def test_large_money_is_short_in_each_language():
    assert [compact_money(46_500_000_000, "CNY", language) for language in LANGUAGES] == [
        "¥4.65亿",
        "CN¥4.65億",
        "CN¥465M",
    ]
    assert compact_money(999_900, "CNY", "zh-hans") == "¥9,999.00"


def test_numbers_have_separators_in_chinese_too():
    assert number(1_469_307, "zh-hans") == "1,469,307"
    assert share(0.1234, "zh-hant", decimals=1) == "12.3%"


def test_the_catalogue_lists_its_keys_by_prefix():
    assert set(keys("stage.")) == {
        f"stage.{code}" for code in ("exploration", "formation", "stability", "decline", "former")
    }


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "@SUM(A1)", "-2+3|cmd", "\t=1"])
def test_a_formula_is_neutralised(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", ["", "-12.5", "+8613800138000", "abc", "a=b", "1e5"])
def test_plain_text_and_numbers_stay_as_they_are(text):
    assert safe_cell(text) == text
