from __future__ import annotations

import pytest

from shuke.crm.customers.card_templates import Template, laid_fields, lay, shipped
from shuke.crm.customers.models import Field, Section
from shuke.crm.customers.writes_of_fields import archive_field, change_field
from shuke.crm.jobs.models import Job
from shuke.kit.text import LANGUAGES

SEED = {
    "person": "family_name given_name gender qq_msn home_address company_name company_address industry job_title",
    "relation": "vip source first_contact_on first_adviser adviser visit_time customer_list customer_since income "
    "income_change",
    "car_purchase": "first_contact_way plate_number plated_on intended_model_1 intended_model_2 intended_on budget "
    "purchase_kind purchase_focus model_opinion companions",
    "observed": "observed_age observed_clothes observed_bag observed_watch",
    "interests": "interests leisure_places events_liked",
    "cars_owned": "owned_model owned_displacement owned_plate owned_mileage_km",
    "competitors": "competitor_model competitor_shop competitor_approval competitor_resistance",
    "test_drives": "drive_model drive_route drive_approval drive_resistance",
    "follow_up": "follow_up_grade follow_up_note",
    "after_sale": "after_sale_note",
    "payments": "payment_due_on payment_due payment_paid_on payment_paid",
}
"""The information card of seed 001, and what mission 1.1 asks of every card, by section. (Customer number, name, phone
and e-mail are columns of every card; the day of an entry is the entry's own.)"""
EVENTS = 12
FOCUSES = 10


def template(code: str) -> Template:
    return next(found for found in shipped() if found.code == code)


def fields_of(found: Template) -> dict[str, set[str]]:
    return {section.code: {field.code for field in section.fields} for section in found.sections}


def test_the_dealership_has_every_field_of_the_information_card() -> None:
    found = fields_of(template("car_dealership"))
    lacking = {code: set(wanted.split()) - found.get(code, set()) for code, wanted in SEED.items()}
    assert {code: codes for code, codes in lacking.items() if codes} == {}
    plans = {field.code: field for section in template("car_dealership").sections for field in section.fields}
    assert len(plans["events_liked"].choices) == EVENTS
    assert len(plans["purchase_focus"].choices) == FOCUSES
    assert {"referral", "newspaper", "internet", "radio", "show", "outdoor", "passing_by"} <= {
        choice["code"] for choice in plans["source"].choices
    }


def test_durables_are_owned_with_their_age() -> None:
    owned = fields_of(template("appliances"))["products_owned"]
    assert {"product_name", "product_age_years", "product_bought_on", "product_replace_on"} <= owned


@pytest.mark.parametrize("code", ["car_dealership", "appliances", "bank", "telecom"])
def test_where_one_buys_on_credit_what_fell_due_and_when_it_was_paid_is_kept(code: str) -> None:
    assert "payments" in fields_of(template(code))


@pytest.mark.parametrize("code", [found.code for found in shipped()])
def test_every_template_knows_vips_and_lists_and_sources(code: str) -> None:
    assert {"vip", "customer_list", "source", "customer_since", "income"} <= fields_of(template(code))["relation"]


@pytest.mark.parametrize("found", shipped(), ids=lambda found: found.code)
def test_every_label_is_there_in_three_languages(found: Template) -> None:
    labels = [found.labels, found.about]
    for section in found.sections:
        labels += [section.labels, *(field.labels for field in section.fields)]
        labels += [choice["labels"] for field in section.fields for choice in field.choices]
    assert [told for told in labels if set(told) != set(LANGUAGES)] == []
    simplified = set("户数据为这个与时间购买类计评价还没现长应级门点们经产对开关见车书话语请该设证词试")
    assert [told["zh-hant"] for told in labels if simplified & set(told["zh-hant"]) - set("據個")] == []


def test_a_field_that_templates_share_is_the_same_in_all() -> None:
    known: dict[str, object] = {}
    for found in shipped():
        for section in found.sections:
            for field in section.fields:
                assert known.setdefault(field.code, (section.code, field)) == (section.code, field), field.code


@pytest.mark.django_db
@pytest.mark.parametrize("code", [found.code for found in shipped()])
def test_a_template_is_laid_on_the_card_once(code: str) -> None:
    laid = lay(template=template(code))
    assert laid.fields == Field.objects.count() == laid_fields(template(code))
    assert laid.sections == Section.objects.count()
    again = lay(template=template(code))
    assert (again.sections, again.fields) == (0, 0)
    assert Job.objects.filter(kind="customers.index").count() == 1


@pytest.mark.django_db
def test_another_template_adds_only_what_is_missing_and_changes_nothing() -> None:
    lay(template=template("retail"))
    gender, vip = Field.objects.get(code="gender"), Field.objects.get(code="vip")
    change_field(field=gender, type="text", labels={"en": "Form of address"})
    archive_field(field=vip, is_archived=True)
    lay(template=template("bank"))
    gender.refresh_from_db()
    assert (gender.label, gender.type) == ("Form of address", "text")
    assert Field.objects.get(code="vip").is_archived
    assert Field.objects.filter(code="credit_limit").exists()
