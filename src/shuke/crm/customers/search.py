"""Finding a customer by Chinese name, pinyin, initials, the end of a phone number, or the start of an id.

Text is indexed as words with spaces between Chinese characters, so that a name of two characters is found as a phrase
(a trigram index would not find it). SQLite keeps the words in an FTS5 table, PostgreSQL in a GIN index; pinyin,
initials, ids and reversed phone numbers are looked up by their beginning in ordinary indexes. A GIN index holds no ids:
of each customer found the row is read. So on PostgreSQL names too are looked up by their beginning, and the words are
asked for those customers alone whom that did not find.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q
from pypinyin import Style, lazy_pinyin

from shuke.crm.customers.frequent import Frequent
from shuke.crm.customers.models import Alias, Customer
from shuke.crm.customers.search_table import BEGUN_NAME, BEGUN_SPOKEN, WORDS_POSTGRESQL

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+")
_RUN = re.compile(rf"[{_HAN}]+|[^{_HAN}]+")
_LAST = "\U0010ffff"  # above every other character: the end of a range of texts that begin alike
FREQUENT = Frequent()
_SHORTEST_TAIL = 3
_MASKED_TAIL = 4  # as many digits as a masked number shows
_SHORTEST_PHONE = 7
_MOBILE_DIGITS = 11
# Surnames that are read otherwise than the character alone.
_SURNAMES = {
    "单": "shan", "單": "shan", "仇": "qiu", "解": "xie", "查": "zha", "曾": "zeng", "区": "ou", "區": "ou",
    "朴": "piao", "尉": "wei", "任": "ren", "盖": "ge", "蓋": "ge", "黑": "he", "翟": "zhai", "缪": "miao",
    "繆": "miao", "员": "yun", "員": "yun", "覃": "qin", "召": "shao", "乐": "yue", "樂": "yue", "种": "chong",
    "逄": "pang", "折": "she", "冼": "xian", "洗": "xian", "晟": "cheng", "幺": "yao", "能": "nai", "秘": "bi",
    "华": "hua", "華": "hua", "卜": "bu", "宿": "su", "臧": "zang", "佴": "nai", "撒": "sa", "谌": "chen",
    "諶": "chen", "隗": "wei", "郇": "xun", "哈": "ha", "繁": "po", "薄": "bo", "费": "fei", "費": "fei",
    "柏": "bai", "沈": "shen", "石": "shi", "曲": "qu", "盛": "sheng", "车": "che", "車": "che", "燕": "yan",
    "万俟": "moqi", "萬俟": "moqi", "尉迟": "yuchi", "尉遲": "yuchi", "长孙": "zhangsun", "長孫": "zhangsun",
    "澹台": "tantai", "澹臺": "tantai", "单于": "chanyu", "單于": "chanyu",
}  # fmt: skip
_SPLIT = {"moqi": ("mo", "qi"), "yuchi": ("yu", "chi"), "zhangsun": ("zhang", "sun"), "tantai": ("tan", "tai"),
          "chanyu": ("chan", "yu")}  # fmt: skip


@dataclass(frozen=True)
class SearchColumns:
    """What the search columns of a customer hold."""

    sort_name: str
    search_text: str
    search_initials: str
    search_phone: str


def search_columns(*, key: str, name: str, phone: str, more: str = "") -> SearchColumns:
    """The search columns of a customer. `more`: the words of the fields that are searchable.

    >>> columns = search_columns(key="C1", name="单晓明", phone="138-0013-8000")
    >>> columns.sort_name, columns.search_initials, columns.search_phone
    ('shanxiaoming', 'sxm', '00083100831')
    >>> columns.search_text
    ' 单 晓 明 shan xiao ming '
    """
    tokens = _tokens(name)
    syllables = _syllables(name)
    spoken = "".join(syllables) or " ".join(tokens) or key.lower()
    words = [*tokens, *syllables, *_tokens(more)]
    return SearchColumns(
        sort_name=spoken[:120],
        search_text=f" {' '.join(words)} " if words else "",
        search_initials="".join(syllable[0] for syllable in syllables)[:40],
        search_phone=_digits(phone)[::-1],
    )


def matching(words: str, prefix: str = "", *, tail_only: bool = False) -> Q:
    """The customers whom the words may mean, as a condition that uses no index: for rows walked in another order.

    `prefix` leads from the rows to their customers, such as `customer__`. `tail_only`: see `found_ids`.
    """
    typed = words.strip()
    found = Q(pk__in=[]) if tail_only and _asks_for_digits(typed) else _texts_contain(typed, prefix)
    for text in _spellings(typed):
        found |= Q(**{f"{prefix}key__startswith": text})
    found |= Q(**{f"{prefix}pk__in": _merged_under(typed)})
    for column, text in _beginnings(typed, tail_only=tail_only):
        found |= Q(**{f"{prefix}{column}__startswith": text})
    for lookup, text in _whole_phone(typed) if tail_only else ():
        found |= Q(**{f"{prefix}{lookup}": text})
    return found


def found_ids(words: str, limit: int, *, tail_only: bool = False) -> list[int]:
    """The ids of at most `limit` customers found, each by an index, in no particular order.

    `tail_only` is for who reads phone numbers masked: the last four digits find, and a number known in full; what lies
    between does not, since digit by digit it would give the number away.
    """
    typed = words.strip()
    found = _by_beginning(typed, limit, tail_only=tail_only)
    if len(found) < limit and _asks_for_words(typed, tail_only=tail_only):
        found.update(dict.fromkeys(_others_with_words(typed, found, limit - len(found))))
    return list(found)[:limit]


def all_found(words: str, most: int, most_by_beginning: int, *, tail_only: bool = False) -> list[int] | None:
    """The ids of all customers found, as `found_ids` finds them; None where they are too many, or were just now.

    `most_by_beginning` of names, initials, ids and numbers that begin so, which an index alone answers; with those who
    have the words within the text, of which each costs a row, `most`, or an eighth of it beside very many.
    """
    typed = words.strip()
    asked = (connection.settings_dict["NAME"], typed, most, most_by_beginning, tail_only)
    if FREQUENT.holds(asked):
        return None
    found = _by_beginning(typed, most_by_beginning + 1, tail_only=tail_only)
    are_many = len(found) > most_by_beginning
    if not are_many and _asks_for_words(typed, tail_only=tail_only):
        bound = max(most - len(found), most // 8)
        others = _others_with_words(typed, found, bound + 1)
        are_many = len(others) > bound
        found.update(dict.fromkeys(others))
    if are_many:
        FREQUENT.note(asked)
        return None
    return list(found)


def _by_beginning(typed: str, limit: int, *, tail_only: bool) -> dict[int, None]:
    """Whose id, name as spoken, initials or number from its end begin with what was typed."""
    conditions = [_begins("key", text) for text in _spellings(typed)]
    conditions += [_begins(column, text) for column, text in _beginnings(typed, tail_only=tail_only)]
    conditions += [Q(**{lookup: text}) for lookup, text in _whole_phone(typed)] if tail_only else []
    conditions += [_begins("name", typed)] if _is_chinese(typed) and connection.vendor == "postgresql" else []
    found: dict[int, None] = dict.fromkeys(_merged_under(typed))
    for condition in conditions:
        if len(found) < limit:
            rows = Customer.objects.filter(condition).order_by().values_list("pk")
            found.update(dict.fromkeys(_first(*rows.query.sql_with_params(), limit)))
    return found


def _others_with_words(typed: str, found: Mapping[int, None], limit: int) -> list[int]:
    """At most so many beside those found already."""
    rows = _with_words(typed, limit)
    others = [pk for pk in rows if pk not in found]
    if len(others) < len(rows) == limit:  # those found already took the place of others
        others = [pk for pk in _with_words(typed, limit + len(found)) if pk not in found][:limit]
    return others


def _asks_for_words(typed: str, *, tail_only: bool) -> bool:
    return bool(_tokens(typed)) and not (tail_only and _asks_for_digits(typed))


def _spellings(typed: str) -> list[str]:
    """An id as it may be written: as typed, in capitals, in small letters."""
    return list(dict.fromkeys((typed, typed.upper(), typed.lower())))


def _merged_under(typed: str) -> list[int]:
    """The ids of the cards that a card with this very id was merged into."""
    return list(Alias.objects.filter(key__in=_spellings(typed)).values_list("customer_id", flat=True))


def _beginnings(typed: str, *, tail_only: bool = False) -> list[tuple[str, str]]:
    """Which columns may begin with what was typed: a phone's end, pinyin, initials."""
    pairs = []
    digits = _digits(typed)
    if len(digits) >= _SHORTEST_TAIL and _is_phone(typed) and not (tail_only and len(digits) > _MASKED_TAIL):
        pairs.append(("search_phone", digits[::-1]))
    letters = re.sub(r"[\s']", "", typed.lower())
    if letters.isascii() and letters.isalpha():
        pairs += [("sort_name", letters), ("search_initials", letters)]
    return pairs


def _whole_phone(typed: str) -> list[tuple[str, str]]:
    """A number typed in full, as the column has it; of one with eleven digits a country code may be missing."""
    digits = _digits(typed)
    if len(digits) < _SHORTEST_PHONE or not _is_phone(typed):
        return []
    return [("search_phone__startswith" if len(digits) >= _MOBILE_DIGITS else "search_phone", digits[::-1])]


def _asks_for_digits(typed: str) -> bool:
    """Whether words of cards could give away the number they are part of, digit by digit."""
    return any(token.isdigit() and len(token) > _SHORTEST_TAIL for token in _tokens(typed))


def _is_chinese(typed: str) -> bool:
    """Whether it is characters alone, as words have them: then a name that begins so has these words too."""
    return re.fullmatch(f"[{_HAN}]+", typed) is not None and _tokens(typed) == list(typed)


def _is_phone(typed: str) -> bool:
    return not re.search(r"[^\d\s()+-]", typed)


def _begins(column: str, text: str) -> Q:
    """PostgreSQL looks up LIKE 'x%' in its pattern index; SQLite needs a range."""
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + _LAST})


def _texts_contain(typed: str, prefix: str) -> Q:
    condition = Q()
    for run in _RUN.findall(typed):
        if tokens := _tokens(run):
            condition &= Q(**{f"{prefix}search_text__contains": f" {' '.join(tokens)}"})
    return condition or Q(pk__in=[])


def _with_words(typed: str, limit: int) -> list[int]:
    """The ids of customers in whose text the words stand, Chinese ones side by side.

    PostgreSQL leaves out those whom `_by_beginning` finds, or some of them: their rows need not be read.
    """
    runs = [tokens for run in _RUN.findall(typed) if (tokens := _tokens(run))]
    if connection.vendor == "postgresql":
        wanted = " & ".join("(" + " <-> ".join(tokens) + _more(tokens[-1]) + ")" for tokens in runs)
        begun = _begun(typed)
        asked = "to_tsquery('simple', %s)" + (" && !!(%s::tsquery)" if begun else "")
        sql = f"SELECT id FROM customers_customer WHERE {WORDS_POSTGRESQL} @@ ({asked})"
        return _first(sql, (wanted, begun) if begun else (wanted,), limit)
    wanted = " AND ".join('"' + " ".join(tokens) + '"*' for tokens in runs)
    return _first("SELECT rowid FROM customers_search WHERE customers_search MATCH %s", (wanted,), limit)


def _begun(typed: str) -> str:
    """As PostgreSQL's words have it: whose name, or name as it is spoken, begins with what was typed. Empty where that
    is longer than what stands among the words; few customers have it then."""
    if _is_chinese(typed):
        return f"'^{typed}':*" if len(typed) <= BEGUN_NAME else ""
    spoken = dict(_beginnings(typed)).get("sort_name", "")
    return f"'~{spoken}':*" if 0 < len(spoken) <= BEGUN_SPOKEN and spoken == typed.lower() else ""


def _more(token: str) -> str:
    """A word may go on after what was typed; a Chinese character is whole, and is found sooner as such."""
    return "" if re.fullmatch(f"[{_HAN}]", token) else ":*"


def _first(sql: str, parameters: tuple[Any, ...], limit: int) -> list[int]:
    """At most so many of the ids that a statement finds.

    PostgreSQL plans it as if all were wanted: for a few it would read the whole table, hoping to meet them soon.
    """
    if connection.vendor == "postgresql":
        sql = f"WITH found AS MATERIALIZED ({sql}) SELECT * FROM found"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [*parameters, limit])
        return [pk for (pk,) in cursor.fetchall()]


def _tokens(text: str) -> list[str]:
    """Words in lower case without accents, each Chinese character one word: as FTS5's unicode61 would cut them."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return _TOKEN.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _syllables(name: str) -> tuple[str, ...]:
    """Pinyin, syllable by syllable; a surname as a surname is read."""
    han = "".join(re.findall(f"[{_HAN}]", name))
    for length in (2, 1):
        surname = _SURNAMES.get(han[:length]) if len(han) >= length else None
        if surname:
            return (*_SPLIT.get(surname, (surname,)), *_spoken(han[length:]))
    return _spoken(han)


def _spoken(han: str) -> tuple[str, ...]:
    """Character by character: in names phrases do not help, and one look a character is ten times as fast."""
    return tuple(syllable for character in han for syllable in _reading(character))


@cache
def _reading(character: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(character, style=Style.NORMAL, errors="ignore"))


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())
