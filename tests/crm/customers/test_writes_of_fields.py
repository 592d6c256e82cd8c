from __future__ import annotations

import pytest

from shuke.crm.customers import indexes
from shuke.crm.customers.errors import RefusedField
from shuke.crm.customers.models import Customer, Field, Section
from shuke.crm.customers.search import found_ids
from shuke.crm.customers.writes import ensure
from shuke.crm.customers.writes_of_cards import change
from shuke.crm.customers.writes_of_fields import add_field, add_section, archive_field, change_field, move
from shuke.crm.customers.writes_of_words import write_words
from shuke.crm.jobs.models import Job, State
from shuke.crm.jobs.worker import run_next
from shuke.crm.people import audit

AB = [{"code": "a", "labels": {"en": "A"}}, {"code": "b", "labels": {"en": "B"}}]


@pytest.fixture
def section(db: None) -> Section:
    return add_section(labels={"en": "Person"})


def with_value(field: Field, value: object) -> Customer:
    pk = ensure(keys=["k"])["k"]
    change(customer=pk, values={field.code: value}, by=None)  # type: ignore[dict-item]
    return Customer.objects.get(pk=pk)


def test_a_field_takes_its_code_from_its_label_and_never_one_twice(section: Section) -> None:
    codes = [add_field(section=section, type="text", labels={"zh-hans": "爱好"}).code for _ in range(2)]
    assert codes == ["ai_hao", "ai_hao_2"]
    assert add_field(section=section, type="text", labels={"en": "Name"}).code == "name_2", "name is a column of all"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"type": "text", "labels": {"en": " "}}, "label"),
        ({"type": "choice", "labels": {"en": "x"}}, "one choice at least"),
        ({"type": "text", "labels": {"en": "x"}, "code": "Grand Total"}, "other characters"),
        ({"type": "text", "labels": {"en": "x"}, "code": "x'); DROP TABLE"}, "other characters"),
        ({"type": "text", "labels": {"en": "x"}, "code": "phone"}, "taken"),
    ],
)
def test_a_field_that_cannot_be_says_why(section: Section, told: dict[str, object], reason: str) -> None:
    with pytest.raises(RefusedField, match=reason):
        add_field(section=section, **told)  # type: ignore[arg-type]


def test_a_list_has_no_column_for_what_one_may_have_several_of(db: None) -> None:
    log = add_section(labels={"en": "Log"}, repeats=True)
    with pytest.raises(RefusedField, match="no columns"):
        add_field(section=log, type="text", labels={"en": "x"}, is_listed=True)


def test_a_type_is_changed_freely_while_nobody_has_a_value(section: Section) -> None:
    field = add_field(section=section, type="text", labels={"en": "x"})
    change_field(field=field, type="date", labels={"en": "x"})
    assert Field.objects.get().type == "date"


def test_a_type_that_would_lose_values_is_refused_with_the_way_out(section: Section) -> None:
    field = add_field(section=section, type="text", labels={"en": "x"})
    with_value(field, "tall")
    with pytest.raises(RefusedField, match=r"filled in 1 times.*Put this field away"):
        change_field(field=field, type="number", labels={"en": "x"})
    assert Field.objects.get().type == "text"


def test_types_widen_with_their_values(section: Section) -> None:
    field = add_field(section=section, type="choice", labels={"en": "x"}, choices=AB)
    with_value(field, "a")
    change_field(field=field, type="multi_choice", labels={"en": "x"}, choices=AB)
    assert Customer.objects.get().values == {"x": ["a"]}


def test_a_choice_that_somebody_has_cannot_be_taken_away(section: Section) -> None:
    field = add_field(section=section, type="choice", labels={"en": "x"}, choices=AB)
    with_value(field, "a")
    with pytest.raises(RefusedField, match="these choices: A"):
        change_field(field=field, type="choice", labels={"en": "x"}, choices=AB[1:])
    change_field(field=field, type="choice", labels={"en": "x"}, choices=AB[:1])
    assert len(Field.objects.get().choices) == 1


def test_a_field_put_away_keeps_its_values(section: Section) -> None:
    field = add_field(section=section, type="text", labels={"en": "x"})
    with_value(field, "tall")
    archive_field(field=field, is_archived=True)
    archive_field(field=field, is_archived=False)
    assert Customer.objects.get().values == {"x": "tall"}


def test_fields_and_sections_are_put_in_order(section: Section) -> None:
    fields = [add_field(section=section, type="text", labels={"en": name}) for name in "abc"]
    move(thing=fields[2], up=True)
    move(thing=fields[0], up=True)
    assert list(section.fields.values_list("code", flat=True)) == ["a", "c", "b"]
    other = add_section(labels={"en": "Other"})
    move(thing=other, up=True)
    assert list(Section.objects.all()) == [other, section]


def test_the_search_learns_the_words_of_a_field_that_becomes_searchable(section: Section) -> None:
    field = add_field(section=section, type="text", labels={"en": "x"})
    customer = with_value(field, "骑行")
    assert found_ids("骑行", 5) == []
    change_field(field=field, type="text", labels={"en": "x"}, is_searchable=True)
    assert Job.objects.get().payload == {"words": True}
    write_words()
    assert found_ids("骑行", 5) == [customer.pk]


def test_a_listed_field_has_an_index_of_its_own_type_until_it_is_none(section: Section) -> None:
    field = add_field(section=section, type="money", labels={"en": "x"}, is_listed=True)
    add_field(section=section, type="long_text", labels={"en": "y"}, is_listed=True)
    assert indexes.fit() == (["customer_value_x_money"], [])
    assert indexes.fit() == ([], [])
    change_field(field=field, type="date", labels={"en": "x"}, is_listed=True)
    assert indexes.fit() == (["customer_value_x_date"], ["customer_value_x_money"])
    archive_field(field=field, is_archived=True)
    assert indexes.fit() == ([], ["customer_value_x_date"])


@pytest.mark.django_db(transaction=True)
def test_the_job_makes_the_indexes_beside_the_work_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without a transaction around the test its rows are deleted at the end, which the audit's would refuse.
    monkeypatch.setattr(audit, "note", lambda *_, **__: None)
    section = add_section(labels={"en": "Person"})
    add_field(section=section, type="text", labels={"en": "x"}, is_listed=True, is_searchable=True)
    job = run_next(worker="test")
    assert job is not None
    assert (job.state, job.result["made"]) == (State.DONE, ["customer_value_x_text"])
    Field.objects.all().delete()
    assert indexes.fit() == ([], ["customer_value_x_text"])
