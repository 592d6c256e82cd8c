"""The page of one customer as its template shows it: figures, and why each is what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from shuke.crm.customers import cards
from shuke.crm.customers import reads as customers
from shuke.crm.customers.forms import colours
from shuke.crm.customers.models import Customer, CustomerTag, Origin
from shuke.crm.people.models import User
from shuke.crm.scores import household, reads
from shuke.crm.scores.columns import name_of, short_tier, why_sentence
from shuke.crm.scores.models import Run, Score
from shuke.crm.scores.rights import contacts, responsible
from shuke.crm.words import here, name_or_itself
from shuke.kit.text import compact_money, day, explain, money, number, percent
from shuke.ui import language
from shuke.ui.parts import Crumb, Why

_UNKNOWN = "—"
_RESTS_ON_AGE = {"clv", "value_total", "value_at_risk", "churn", "expected", "due", "lifetime"}
"""Reasons of figures that rest on how long the relation is, which is not known of all."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure on top of the page, with its change since the run before."""

    label: str
    value: str
    why: Why
    note: str = ""
    delta: float | None = None
    delta_text: str = ""
    good: str = "up"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a panel: what, how much, a note, a share of one as a bar (None: no bar), and why."""

    label: str
    value: str
    note: str = ""
    bar: float | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the page that another app fills."""

    title: str
    url: str
    shape: str = "chart"
    unscored: bool = False
    """Whether it has something to show of a customer without a score."""
    beside: bool = False
    """Whether it stands in the narrow column."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A line above the card that another app has to say."""

    text: str
    icon: str
    href: str = ""
    link: str = ""
    tone: str = ""


class _Writer:
    """Writes the figures of one score, in the reader's language and the run's currency."""

    def __init__(self, customer: Customer, run: Run, score: Score, before: Score | None) -> None:
        self.run, self.score, self.before = run, score, before
        self.tongue, self.currency = language.active(), run.currency
        self.row = reads.as_row(score, customer.key)
        self.as_of = day(run.as_of, self.tongue)
        self.basis = name_of("value_basis.", score.value_basis, self.tongue)

    def money(self, minor: int | None) -> str:
        return _UNKNOWN if minor is None else money(minor, self.currency, self.tongue)

    def compact(self, minor: int | None) -> str:
        return _UNKNOWN if minor is None else compact_money(minor, self.currency, self.tongue)

    def number(self, value: float | None, decimals: int = 0) -> str:
        return _UNKNOWN if value is None else number(value, self.tongue, decimals)

    def share(self, value: float | None) -> str:
        return percent(value)

    def day(self, value: date | None) -> str:
        return _UNKNOWN if value is None else day(value, self.tongue)

    def days(self, value: float | None) -> str:
        count = self.number(value)
        return (
            _UNKNOWN
            if value is None
            else here("scores.card.one_day" if count == "1" else "scores.card.days", count=count)
        )

    def explained(self, key: str) -> str:
        return explain(key, self.tongue, self.currency, self.row)

    def column(self, code: str) -> str:
        return here(f"scores.column.{code}")

    def why(self, key: str, inputs: Mapping[str, str], *, formula: bool = True, days: int = 0) -> Why:
        sentence = here(f"scores.why.{key}", days=self.number(days or self.run.horizon_days), basis=self.basis)
        if key in _RESTS_ON_AGE and self.score.left_truncated:
            sentence += here("scores.why.left_truncated")
        return Why(
            sentence,
            formula=here(f"scores.why.{key}_formula", basis=self.basis) if formula else "",
            inputs=tuple(inputs.items()),
            as_of=self.as_of,
        )

    def like_this(self, sentence: str, **filters: str) -> Why:
        """A reason that leads to the customers of whom it holds as well."""
        href = f"{reverse('customers:list')}?{urlencode(filters)}"
        return Why(sentence, as_of=self.as_of, href=href, link=here("scores.card.rows"))


def context(viewer: User, customer: Customer) -> dict[str, Any]:
    """What the template of the card shows; without a score, who the customer is."""
    run, before = reads.run_for_lists(viewer), reads.previous_run(viewer)
    score = reads.score_of(viewer, customer, run)
    shown: dict[str, Any] = {
        "customer": customer,
        "crumbs": [Crumb(here("customers.title"), reverse("customers:list"))],
        "tags": [_tag(entry, customer) for entry in customers.tagged(viewer, customer)],
        "traits": _traits(customer),
        "kind": here(f"customers.kind.{customer.kind}"),
        "contacts": contacts(viewer, customer),
        "responsible": responsible(viewer, customer),
        "all_tags": customers.all_tags(viewer),
        "slots": _slots(customer),
        "notices": _notices(viewer, customer),
        "may_delete": customers.may_do(viewer, customer, "delete"),
        "merge_url": f"{reverse('merging:merge')}?{urlencode({'card': customer.key})}",
        "score": score,
        "colours": colours(),
        "household": household.together(viewer, customer, run),
        **cards.context(viewer, customer),
    }
    if run is not None and score is not None:
        write = _Writer(customer, run, score, reads.score_of(viewer, customer, before))
        shown |= _figures(write, before)
        shown["history"] = [_change(standing, write.tongue) for standing in reads.tier_history(viewer, customer)]
    return shown


def _figures(write: _Writer, before: Run | None) -> dict[str, Any]:
    score = write.score
    return {
        "run": write.run,
        "as_of": write.as_of,
        "since": here("scores.card.since", day=day(before.as_of, write.tongue)) if before and write.before else "",
        "tier": (short_tier(score.tier_in_force, write.tongue), f"tier-{score.tier_in_force.lower()}"),
        "stage": (name_of("stage.", score.stage, write.tongue), f"stage-{score.stage}"),
        "segment": name_of("rfm.", score.rfm_segment, write.tongue),
        "tiles": _tiles(write),
        "parts": _parts(write),
        "standing": _standing(write),
        "rfm": _rfm(write),
        "rfm_why": write.like_this(write.explained("rfm_why.scores"), segment=score.rfm_segment),
        "behaviour": _behaviour(write),
        "urgent": score.stage in ("decline", "former"),
        "policy": name_of("policy.", score.policy_code, write.tongue),
        "policy_do": write.explained(f"policy.{score.policy_code}.do"),
        "policy_why": why_sentence(write.row, write.tongue, write.currency),
        "value_note": here("scores.card.value_note", currency=write.currency, day=write.as_of),
    }


def _tiles(write: _Writer) -> list[Tile]:
    score, run, column = write.score, write.run, write.column
    churn, kept = write.share(score.churn_probability), column("churn_probability")
    interval = f"{write.compact(score.clv_low_minor)} – {write.compact(score.clv_high_minor)}"
    expected = {column("expected_purchases"): write.number(score.expected_purchases, 1)}
    alive = {here("scores.card.alive"): write.share(score.probability_alive)}
    rhythm = {
        here("scores.card.gap"): write.days(score.typical_gap_days),
        column("last_purchase"): write.day(score.last_purchase),
    }
    spend = {here("scores.card.mean_spend"): write.money(score.mean_spend_minor)}
    at_risk = {kept: churn, column("clv"): write.money(score.clv_minor)}
    return [
        Tile(column("clv"), write.compact(score.clv_minor), write.why("clv", expected | spend),
             note=interval if score.clv_minor is not None else "", **_moved(write, "clv_minor")),
        Tile(column("current_value"), write.compact(score.current_value_minor), write.why("current", {}, formula=False),
             **_moved(write, "current_value_minor")),
        Tile(column("value_at_risk"), write.compact(score.value_at_risk_minor), write.why("value_at_risk", at_risk),
             good="down", **_moved(write, "value_at_risk_minor")),
        Tile(kept, churn, write.why("churn", rhythm, days=run.period_days), good="down",
             **_moved(write, "churn_probability")),
        Tile(column("expected_purchases"), write.number(score.expected_purchases, 1),
             write.why("expected", alive | rhythm), **_moved(write, "expected_purchases")),
        Tile(column("next_purchase_due"), write.day(score.next_purchase_due), write.why("due", rhythm, formula=False)),
    ]  # fmt: skip


def _moved(write: _Writer, field: str) -> dict[str, Any]:
    """The change of a figure since the run before, where both runs have it."""
    now, then = getattr(write.score, field), getattr(write.before, field, None)
    if now is None or then is None:
        return {}
    delta = now - then
    written = _written(write, field)(abs(delta))
    if delta == 0 or written == _written(write, field)(0):
        return {"delta": 0.0, "delta_text": here("scores.card.unchanged")}
    return {"delta": float(delta), "delta_text": ("+" if delta > 0 else "−") + written}


def _written(write: _Writer, field: str) -> Callable[[Any], str]:
    if field.endswith("_minor"):
        return write.compact
    if field.endswith("probability"):
        return lambda value: here("scores.card.points", count=write.number(value * 100))
    return lambda value: write.number(value, 1)


def _parts(write: _Writer) -> list[Part]:
    """Historic, current and potential value, and their sum."""
    score = write.score
    amounts = (score.historic_value_minor, score.current_value_minor, score.potential_value_minor)
    positive = sum(max(amount or 0, 0) for amount in amounts)
    bars = [max(amount or 0, 0) / positive if positive else 0.0 for amount in amounts]
    low, high = write.money(score.clv_low_minor), write.money(score.clv_high_minor)
    days = write.number(write.run.horizon_days)
    potential = (
        here("scores.card.potential_note", days=days, low=low, high=high)
        if score.potential_value_minor is not None
        else here("scores.card.potential_unknown")
    )
    named = [here(f"scores.card.{name}") for name in ("historic", "current", "potential", "total")]
    written = [write.money(amount) for amount in amounts]
    inputs = dict(zip(named[:3], written, strict=True))
    expected = {
        write.column("expected_purchases"): write.number(score.expected_purchases, 1),
        here("scores.card.mean_spend"): write.money(score.mean_spend_minor),
    }
    return [
        Part(
            named[0], written[0], here("scores.card.historic_note"), bars[0], write.why("historic", {}, formula=False)
        ),
        Part(named[1], written[1], here("scores.card.current_note"), bars[1], write.why("current", {}, formula=False)),
        Part(named[2], written[2], potential, bars[2], write.why("clv", expected)),
        Part(named[3], write.money(score.value_total_minor), why=write.why("value_total", inputs)),
        _lifetime(write, days),
    ]


def _lifetime(write: _Writer, horizon_days: str) -> Part:
    """How much of the horizon the customer is expected to stay one: beside the value, since it is no money."""
    score = write.score
    alive = {here("scores.card.alive"): write.share(score.probability_alive)}
    return Part(
        write.column("expected_lifetime"),
        write.days(score.expected_lifetime_days),
        here("scores.card.lifetime_note", days=horizon_days),
        why=write.why("lifetime", alive),
    )


def _standing(write: _Writer) -> list[Part]:
    score, tongue = write.score, write.tongue
    tier_why = write.like_this(write.explained(f"tier_why.{score.tier_why_code}"), tier=score.tier_in_force)
    stage_why = write.like_this(write.explained(f"stage_why.{score.stage_why_code}"), stage=score.stage)
    rank = (
        _UNKNOWN
        if score.tier_rank is None
        else here("scores.card.rank_of", base=write.number(score.tier_base), rank=write.number(score.tier_rank))
    )
    lines = [
        Part(here("scores.card.tier_force"), name_of("tier.", score.tier_in_force, tongue), why=tier_why),
        Part(here("scores.card.rank"), rank),
        Part(write.column("stage"), name_of("stage.", score.stage, tongue), why=stage_why),
    ]
    if score.tier_computed != score.tier_in_force:
        lines.insert(1, Part(here("scores.card.tier_computed"), name_of("tier.", score.tier_computed, tongue)))
    if score.tier_next_minor is not None:
        lines.insert(-1, Part(here("scores.card.tier_next"), write.money(score.tier_next_minor)))
    return lines


def _rfm(write: _Writer) -> list[Part]:
    scores = {letter: getattr(write.score, f"rfm_{letter}") for letter in "rfm"}
    return [
        Part(here(f"scores.card.rfm_{letter}"), here("scores.card.of_five", score=points), bar=points / 5)
        for letter, points in scores.items()
    ]


def _behaviour(write: _Writer) -> list[Part]:
    score, column = write.score, write.column
    return [
        Part(column("last_purchase"), write.day(score.last_purchase), write.days(score.recency_days)),
        Part(column("first_purchase"), write.day(score.first_purchase), _age(write)),
        Part(column("purchases"), write.number(score.purchases)),
        Part(here("scores.card.orders"), write.number(score.orders)),
        Part(here("scores.card.gap"), write.days(score.typical_gap_days)),
        Part(column("spend"), write.money(score.spend_minor)),
        Part(here("scores.card.mean_spend"), write.money(score.mean_spend_minor)),
    ]


def _age(write: _Writer) -> str:
    age = write.days(write.score.age_days)
    return here("scores.card.age_at_least", age=age) if write.score.left_truncated else age


def _change(standing: reads.Standing, tongue: str) -> dict[str, str]:
    names = [name_of("tier.", code, tongue) for code in (standing.before, standing.after)]
    return {
        "day": day(standing.run.as_of, tongue),
        "text": here("scores.card.history_change", before=names[0], after=names[1]),
    }


def _tag(entry: CustomerTag, customer: Customer) -> dict[str, str]:
    query = urlencode(
        {"tag": entry.tag.name, "ids": customer.pk, "next": reverse("customers:card", args=[customer.key])}
    )
    who = entry.tagged_by.shown_name if entry.tagged_by else _UNKNOWN
    origin = here(f"customers.origin.{entry.origin}")
    when = day(timezone.localtime(entry.tagged_at).date(), language.active())
    return {
        "name": entry.tag.name,
        "colour": entry.tag.colour,
        "remove": f"{reverse('customers:untag')}?{query}",
        "origin": here("customers.tag.by", origin=origin, who=who, when=when),
    }


def _traits(customer: Customer) -> list[Part]:
    tongue, parts = language.active(), []
    for label, trait in customer.traits.items():
        value = trait.get("value") if isinstance(trait, dict) else trait
        note = ""
        if isinstance(trait, dict) and trait.get("on"):
            on = day(date.fromisoformat(trait["on"]), tongue)
            note = here("customers.trait.from", origin=_origin(trait), day=on)
        parts.append(Part(name_or_itself("customers.trait.name.", label), str(value), note))
    return parts


def _origin(trait: Mapping[str, Any]) -> str:
    """By whom, for what somebody wrote by hand; an import names itself."""
    origin = str(trait.get("origin", ""))
    if origin in Origin.values:
        return here(f"customers.origin.{origin}") + (f", {trait['by']}" if trait.get("by") else "")
    return name_or_itself("customers.trait.origin.", origin)


def _notices(viewer: User, customer: Customer) -> list[Notice]:
    """What the apps that SHUKE_CARD_NOTICES names have to say of a customer."""
    return [notice for path in settings.SHUKE_CARD_NOTICES for notice in import_string(path)(viewer, customer)]


def _slots(customer: Customer) -> list[Slot]:
    """The places that other apps fill, of those whose address is there."""
    slots = []
    for entry in getattr(settings, "SHUKE_CUSTOMER_SLOTS", []):
        try:
            url = reverse(entry["url_name"], args=[customer.key])
        except NoReverseMatch:
            continue
        title, shape = here(f"scores.slot.{entry['name']}"), entry.get("shape", "chart")
        slots.append(Slot(title, url, shape, "unscored" in entry, "beside" in entry))
    return slots
