import re
from importlib.resources import files
from string import Formatter

import pytest

from shuke.kit.errors import EngineError, InputError, LedgerError, MissingPartError
from shuke.kit.text import LANGUAGES, keys, template

# A key is given to `of` as it stands, or stands in a list of reasons to choose from.
_KEY = re.compile(r'"(error\.[a-z_.]+)"')


def keys_in_use():
    root = files("shuke")
    return {key for path in root.rglob("*.py") for key in _KEY.findall(path.read_text("utf-8"))}


def test_an_error_reads_in_english_and_is_told_in_each_language():
    error = InputError.of("error.unknown_currency", currency="yuan")
    assert str(error) == "Unknown currency 'yuan': give an ISO 4217 code such as CNY, TWD, HKD, USD or EUR."
    assert error.told("en") == str(error)
    assert error.told("zh-hans").startswith("没有“yuan”这种币种")
    assert error.told("zh-hant").startswith("沒有「yuan」這種幣別")


def test_an_error_without_a_key_is_told_as_it_reads():
    assert [LedgerError("Try again.").told(language) for language in LANGUAGES] == ["Try again."] * 3


@pytest.mark.parametrize("kind", [InputError, LedgerError, MissingPartError, EngineError])
def test_an_error_made_by_key_is_of_its_own_class(kind):
    assert type(kind.of("error.cycle.no_purchase")) is kind


def test_braces_and_quotes_in_a_figure_stay_as_they_are():
    error = InputError.of("error.collect.unknown_preset", preset="{x} '%s", known="a")
    assert "{x} '%s" in str(error)
    assert "{x} '%s" in error.told("zh-hans")


def test_every_key_in_use_has_a_sentence_and_every_sentence_is_in_use():
    assert keys_in_use() == set(keys("error."))


@pytest.mark.parametrize("key", keys("error."))
def test_the_three_languages_name_the_same_figures_and_the_chinese_is_chinese(key):
    simplified, traditional, english = (template(key, language) for language in LANGUAGES)
    assert figures(simplified) == figures(traditional) == figures(english)
    assert re.search("[\u4e00-\u9fff]", simplified)
    assert re.search("[\u4e00-\u9fff]", traditional)
    assert english.isascii()


def figures(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}
