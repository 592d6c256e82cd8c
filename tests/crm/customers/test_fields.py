from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from shuke.crm.customers.errors import RefusedValue
from shuke.crm.customers.fields import HIDDEN, built_in, clean, file_text, shown, typed, words
from shuke.crm.customers.models import Field
from shuke.crm.customers.writes import ensure
from shuke.crm.people.models import User

CHOICES = [
    {"code": "price", "labels": {"zh-hans": "价格", "en": "Price"}},
    {"code": "brand", "labels": {"zh-hans": "品牌", "en": "Brand"}},
]

READER: Any = SimpleNamespace(may=lambda right: True)
CLERK: Any = SimpleNamespace(may=lambda right: right != "contacts")


def field(kind: str, **more: object) -> Field:
    return Field(code="f", type=kind, labels={"en": "F"}, choices=CHOICES if "choice" in kind else [], **more)


@pytest.mark.parametrize(
    ("kind", "raw", "kept", "read"),
    [
        ("text", "  Hang  zhou ", "Hang zhou", "Hang zhou"),
        ("long_text", "a\nb", "a\nb", "a\nb"),
        ("number", "12,000", 12000, "12,000"),
        ("number", "１.５", 1.5, "1.5"),
        ("money", "¥12,000.50", 1_200_050, "CN¥12,000.50"),
        ("date", "2026/1/5", "2026-01-05", "Jan 5, 2026"),
        ("date", "20260105", "2026-01-05", "Jan 5, 2026"),
        ("date", "2026年1月5日", "2026-01-05", "Jan 5, 2026"),
        ("choice", "price", "price", "Price"),
        ("multi_choice", ["brand", "price"], ["price", "brand"], "Price, Brand"),
        ("yes_no", "no", False, "No"),
        ("phone", "138 0013 8000", "+8613800138000", "138 0013 8000"),
        ("phone", "0912-345-678", "+886912345678", "+886 912 345 678"),
    ],
)
def test_what_is_written_is_kept_in_one_way_and_read_in_another(kind: str, raw: str, kept: object, read: str) -> None:
    with override("en"):
        assert clean(field(kind), raw) == kept
        assert shown(field(kind), kept, READER) == read


def test_an_email_is_no_longer_than_its_column() -> None:
    longest = f"li@{'.'.join(['x' * 60] * 4)}.abc.com"
    with override("en"):
        assert (len(longest), clean(built_in("email"), longest)) == (254, longest)
        with pytest.raises(RefusedValue, match="at most 254"):
            clean(built_in("email"), "a" + longest)


@pytest.mark.parametrize(
    ("kind", "raw", "told"),
    [
        ("text", "x" * 201, "at most 200"),
        ("number", "many", "no number"),
        ("number", "nan", "no number"),
        ("number", "1e400", "no number"),
        ("date", "2026-02-30", "no date"),
        ("date", "tomorrow", "no date"),
        ("choice", "colour", "none of the choices"),
        ("multi_choice", ["price", "colour"], "none of the choices"),
        ("yes_no", "perhaps", "yes or no"),
        ("phone", "12345", "11 digits"),
    ],
)
def test_what_does_not_fit_says_what_is_allowed(kind: str, raw: str, told: str) -> None:
    with pytest.raises(RefusedValue, match=told):
        clean(field(kind), raw)


@pytest.mark.parametrize("kind", ["text", "number", "date", "choice", "multi_choice", "phone"])
def test_nothing_is_nothing_unless_it_is_required(kind: str) -> None:
    assert clean(field(kind), "  ") is None
    with pytest.raises(RefusedValue, match="must be filled in"):
        clean(field(kind, is_required=True), "")


def test_a_refusal_speaks_the_reader_s_language() -> None:
    with pytest.raises(RefusedValue) as reason:
        clean(field("number"), "很多")
    assert reason.value.told("zh-hans").startswith("“很多”不是数字")
    assert reason.value.told("zh-hant").startswith("「很多」不是數字")


@pytest.mark.django_db
def test_a_customer_is_named_by_id_or_by_a_name_of_its_own(owner: User) -> None:
    ids = ensure(keys=["a", "b"])
    assert clean(field("customer"), "a", owner) == ids["a"]
    assert typed(field("customer"), ids["a"], owner) == "a"
    assert shown(field("customer"), ids["a"], owner) == "a"
    with pytest.raises(RefusedValue, match="nobody's id"):
        clean(field("customer"), "c", owner)


@pytest.mark.django_db
def test_a_customer_out_of_reach_is_nobody(stranger: User) -> None:
    ids = ensure(keys=["a"])
    assert typed(field("customer"), ids["a"], stranger) == HIDDEN
    with override("en"):
        assert shown(field("customer"), ids["a"], stranger) == "(a customer whom you cannot see)"
    with pytest.raises(RefusedValue, match="nobody's id"):
        clean(field("customer"), "a", stranger)


def test_contacts_are_masked_for_who_may_not_read_them_and_for_nobody_at_all() -> None:
    phone = field("phone")
    for viewer in (CLERK, None):
        assert shown(phone, "+8613876548000", viewer) == "+86 138****8000"
        assert typed(phone, "+8613876548000", viewer) == "+86 138****8000"
        assert file_text(phone, "+8613876548000", viewer) == "+86 138****8000"
        assert shown(built_in("email"), "lily@x.com", viewer) == "l***@x.com"
    assert file_text(phone, "+8613876548000", READER) == "+8613876548000"


@given(st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9, allow_nan=False, allow_subnormal=False)))
def test_a_number_comes_back_from_its_form(value: float) -> None:
    kept = clean(field("number"), str(typed(field("number"), value)))
    assert kept == value


@given(st.integers(-(10**14), 10**14))
def test_money_comes_back_from_its_form(minor: int) -> None:
    assert clean(field("money"), str(typed(field("money"), minor))) == minor


def test_a_file_has_plain_figures_and_choices_by_name() -> None:
    with override("en"):
        pairs = (("money", 1250), ("number", 1.5), ("choice", "price"))
        assert [file_text(field(kind), value) for kind, value in pairs] == ["12.50", "1.5", "Price"]


def test_the_search_knows_choices_in_every_language() -> None:
    assert words(field("multi_choice"), ["brand"]) == "品牌 Brand"
    assert "+8613800138000" in words(field("phone"), "+8613800138000")
