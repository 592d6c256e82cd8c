"""Cohorts as text for a terminal: who came back, what they brought, first baskets, payback by source."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shuke.kit.text import compact_money, number, say, share
from shuke.report.layout import columns_of_text
from shuke.value import BasketGroup, Cohort, Cohorts, Measured, Payback, SourceValue, pooled

_MOST_AGES = 12
_VALUE_AGES = (0, 1, 2, 3, 6, 9, 12, 18, 24)
_SOURCE_MONTHS = (0, 3, 6, 12, 24)


def cohorts_report(
    found: Cohorts, paid: Sequence[Payback] = (), *, by: str = "month", currency: str, language: str
) -> str:
    """All of it in the language: cohorts `by` month or quarter, money in the currency."""
    teller = _Teller(found, paid, by, currency, language)
    blocks = [teller.retention(), teller.value(), *teller.baskets(), teller.sources()]
    return "\n\n".join("\n".join(block) for block in blocks if block)


class _Teller:
    """One report under way."""

    def __init__(self, found: Cohorts, paid: Sequence[Payback], by: str, currency: str, language: str) -> None:
        self.found, self.by, self.currency, self.language = found, by, currency, language
        self.paid = {one.source: one for one in paid}
        self.cohorts, self.is_open = found.by(by), found.is_open(by)
        # Of new customers only, where there are any that the data do not begin with.
        self.new = [cohort for cohort in self.cohorts if not cohort.left_truncated] or list(self.cohorts)

    def say(self, name: str, **figures: str) -> str:
        return say(f"cohorts.{name}", self.language, **figures)

    def number(self, value: float, decimals: int = 0) -> str:
        return number(value, self.language, decimals)

    def money(self, minor: float) -> str:
        return compact_money(round(minor), self.currency, self.language)

    def retention(self) -> list[str]:
        """By cohort the share that bought in each later period."""
        ages = range(1, min(max((cohort.ages for cohort in self.cohorts), default=0), _MOST_AGES + 1))
        together = pooled(self.new, is_open=self.is_open).retention
        heads = [self.say(f"began_{self.by}"), self._customers, *(f"+{self.number(age)}" for age in ages)]
        all_new = [share(together[age], self.language) if age < len(together) else "" for age in ages]
        rows = [heads, [self.say("all"), self.number(sum(cohort.customers for cohort in self.new)), *all_new]]
        rows += [[*self._named(cohort), *(self._rate(cohort, age) for age in ages)] for cohort in self.cohorts]
        return [f"■ {self.say('retention')}", *columns_of_text(rows, right=range(1, len(heads))), *self._notes()]

    def value(self) -> list[str]:
        """By cohort what one customer has brought on average by the end of some periods."""
        longest = max((cohort.ages for cohort in self.cohorts), default=0)
        ages = [age for age in _VALUE_AGES if age < longest]
        together = pooled(self.new, is_open=self.is_open).value_each_minor
        heads = [self.say(f"began_{self.by}"), *(f"+{self.number(age)}" for age in ages)]
        rows = [heads, [self.say("all"), *(self.money(together[age]) if age < len(together) else "" for age in ages)]]
        for cohort in self.cohorts:
            values = [self.money(cohort.value_each_minor(age)) if age < cohort.ages else "" for age in ages]
            rows.append([self._named(cohort)[0], *values])
        basis = say(f"value_basis.{self.found.value_basis}", self.language)
        return [f"■ {self.say('value')} ({basis})", *columns_of_text(rows, right=range(1, len(heads)))]

    def baskets(self) -> list[list[str]]:
        """What a first basket tells, by its size and by its largest category."""
        told = self.found.first_baskets
        if told.everyone is None:
            return [[f"■ {self.say('baskets')}", self.say("nobody")]]
        blocks = [self._baskets("size", told.by_size, self._band)] if len(told.by_size) > 1 else []
        if told.by_category:
            blocks.append(
                self._baskets("category", told.by_category, lambda group: group.code or self.say("no_category"))
            )
        if told.withheld_groups:
            said = self._withheld("withheld", told.withheld_groups, told.withheld_customers, told.least_customers)
            blocks = [*blocks[:-1], [*blocks[-1], said]] if blocks else [[f"■ {self.say('baskets')}", said]]
        return blocks

    def _baskets(self, kind: str, groups: Sequence[BasketGroup], name: Callable[[BasketGroup], str]) -> list[str]:
        told, everyone = self.found.first_baskets, self.found.first_baskets.everyone
        soon, long = self.number(told.soon_days), self.number(told.long_days)
        heads = [self.say(kind), self._customers, self.say("back", days=soon), self.say("back", days=long)]
        heads += [self.say("value_head", days=long), self.say("against")]
        rows = [heads] + ([self._basket(everyone, self.say("everyone"), "")] if everyone else [])
        for group in groups:
            differs = self.say(f"differs_{group.differs or 'none'}") if group.value_minor else "—"
            rows.append(self._basket(group, name(group), differs))
        return [f"■ {self.say('baskets')}: {self.say(f'by_{kind}')}", *columns_of_text(rows, right=range(1, 5))]

    def _basket(self, group: BasketGroup, name: str, differs: str) -> list[str]:
        shares = [self._measured(one, self._share) for one in (group.back_soon, group.back_long)]
        return [name, self.number(group.customers), *shares, self._measured(group.value_minor, self.money), differs]

    def _measured(self, one: Measured | None, write: Callable[[float], str]) -> str:
        return "—" if one is None else f"{write(one.value)} ({write(one.low)} – {write(one.high)})"

    def _share(self, value: float) -> str:
        return share(value, self.language)

    def _withheld(self, name: str, groups: int, customers: int, least: int) -> str:
        return self.say(name, groups=self.number(groups), customers=self.number(customers), least=self.number(least))

    def _category(self, group: BasketGroup) -> str:
        return group.code or self.say("no_category")

    def _band(self, group: BasketGroup) -> str:
        low, high = (None if end is None else self.money(end) for end in (group.low_minor, group.high_minor))
        if low and high:
            return f"{low} – {high}"
        return self.say("below", amount=high) if high else self.say("from", amount=low or "")

    def sources(self) -> list[str]:
        """What the customers of each source bring, and against its cost where one was given."""
        sources = self.found.sources
        if sources.everyone is None:
            return []
        groups = [*sources.groups, sources.everyone]
        months = [month for month in _SOURCE_MONTHS if any(month < len(group.value_minor) for group in groups)]
        heads = [self.say("source"), self._customers]
        heads += [self._after(month) for month in months]
        paid = bool(self.paid)
        heads += [self.say("cost"), self.say("ratio_head"), self.say("payback")] if paid else []
        rows = [heads, *(self._source(group, months) + (self._paid(group) if paid else []) for group in groups)]
        notes = [self.say(f"told_by_{sources.told_by}")]
        if any(not one.by_forecast for one in self.paid.values()):
            notes.append(self.say("observed"))
        if self.paid and self.found.value_basis == "revenue":
            notes.append(self.say("by_revenue"))
        if sources.withheld_groups:
            counts = (sources.withheld_groups, sources.withheld_customers, sources.least_customers)
            notes.append(self._withheld("sources_withheld", *counts))
        if sources.left_truncated:
            notes.append(self.say("sources_truncated", customers=self.number(sources.left_truncated)))
        return [f"■ {self.say('sources')}", *columns_of_text(rows, right=range(1, len(heads) - paid)), *notes]

    def _after(self, month: int) -> str:
        return self.say("after", months=self.number(month)) if month else self.say("after_first")

    def _source(self, group: SourceValue, months: Sequence[int]) -> list[str]:
        name = self.say("everyone") if group.source == "" else group.source or self.say("no_source")
        values = [self.money(group.value_minor[month]) if month < len(group.value_minor) else "—" for month in months]
        return [name, self.number(group.customers), *values]

    def _paid(self, group: SourceValue) -> list[str]:
        known = self.paid.get(group.source)
        if known is None:
            return ["—", "—", "—"]
        ratio = "—" if known.ratio is None else self.say("ratio", ratio=self.number(known.ratio, 1))
        if known.months is None:
            when = self.say("not_yet", months=self.number(known.known_months))
        else:
            when = self.say("paid_back", months=self.number(known.months)) if known.months else self.say("at_once")
        return [self.money(known.cost_minor), ratio, when]

    @property
    def _customers(self) -> str:
        return say("report.column.customers", self.language)

    def _named(self, cohort: Cohort) -> list[str]:
        start = cohort.start
        name = start[:7] if self.by == "month" else f"{start[:4]} Q{(int(start[5:7]) + 2) // 3}"
        return [name + ("*" if cohort.left_truncated else ""), self.number(cohort.customers)]

    def _rate(self, cohort: Cohort, age: int) -> str:
        if age >= cohort.ages:
            return ""
        return self._share(cohort.retention(age)) + ("…" if self.is_open and age == cohort.ages - 1 else "")

    def _notes(self) -> list[str]:
        left_out = self.found.left_out(self.by)
        return [
            *([self.say("truncated")] if any(cohort.left_truncated for cohort in self.cohorts) else []),
            *([self.say(f"open_{self.by}")] if self.is_open else []),
            *([self.say("left_out", count=self.number(left_out))] if left_out else []),
        ]
