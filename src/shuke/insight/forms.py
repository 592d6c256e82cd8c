"""What people fill in at the door: a file, its columns, a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from json import dumps
from typing import Any

from django import forms

from shuke.classify import cut_names
from shuke.collect import FACTS, PURCHASES
from shuke.crm.words import here, lazily
from shuke.insight.cycles import Parameters
from shuke.insight.models import Upload
from shuke.insight.writes import fields_of
from shuke.kit.errors import InputError
from shuke.kit.ids import is_id, new_id
from shuke.kit.money import minor_digits, to_major, to_minor
from shuke.kit.text import day
from shuke.ui import language
from shuke.value import AUTO, declared_in, in_words, model_codes

MEASURES = ("current_value_minor", "clv_minor", "value_total_minor", "spend_minor")


class UploadForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label=lazily("insight.upload.file"),
        allow_empty_file=True,
        error_messages={"required": lazily("insight.refused.none")},
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.parquet"}),
    )
    kind = forms.ChoiceField(
        label=lazily("insight.upload.kind"),
        choices=[("", lazily("insight.kind.auto")), *Upload.Kind.choices],
        required=False,
        help_text=lazily("insight.upload.kind_help"),
    )


class KindForm(forms.Form):
    """What a file holds, where it was told wrongly."""

    kind = forms.ChoiceField(label=lazily("insight.upload.kind"), choices=Upload.Kind.choices)


class ColumnsForm(forms.Form):
    """Which column is what, and how dates and duplicates are read."""

    date_order = forms.ChoiceField(
        label=lazily("insight.columns.date_order"),
        choices=[("", lazily("insight.columns.date_auto")), ("day", lazily("insight.columns.date_day")),
                 ("month", lazily("insight.columns.date_month"))],
        required=False,
        help_text=lazily("insight.columns.date_help"),
    )  # fmt: skip
    keep_duplicates = forms.BooleanField(
        label=lazily("insight.columns.keep_duplicates"),
        required=False,
        help_text=lazily("insight.columns.keep_duplicates_help"),
    )
    score_after = forms.BooleanField(label=lazily("insight.columns.score_after"), required=False, initial=True)

    def __init__(self, upload: Upload, data: Mapping[str, Any] | None = None, *, may_run: bool = False) -> None:
        """`may_run`: whether it may ask for scores right after the import."""
        names = list(upload.preview.get("columns", ()))
        # The export of a shop system may need both: then the price is a line's weight in its order.
        self._both = {"amount", "unit_price"} <= set(upload.preview.get("guessed", ()))
        found = {field: column for field, (column, _) in upload.preview.get("mapping", {}).items()}
        chosen = found | upload.mapping | upload.options
        super().__init__(data, initial=chosen)
        choices = [("", "—"), *((name, name) for name in names)]
        self.kind, self.names = upload.kind, fields_of(upload.kind)
        required = ("customer", "time") if upload.kind == PURCHASES else FACTS[upload.kind].required
        for field in self.names:
            self.fields[field] = forms.ChoiceField(
                label=here(f"collect.field.{field}"), choices=choices, required=field in required
            )
        if upload.kind == PURCHASES:
            # A unit price with a quantity stands for the amount.
            self.fields["amount"].required = not (data or chosen).get("unit_price")
        if upload.kind == Upload.Kind.SOURCES:
            del self.fields["date_order"]
        if not may_run:
            del self.fields["score_after"]
        self.order_fields([*self.names, "date_order", "keep_duplicates"])

    @property
    def mapping(self) -> dict[str, str]:
        return {field: self.cleaned_data[field] for field in self.names if self.cleaned_data.get(field)}

    @property
    def options(self) -> dict[str, Any]:
        """What differs from the usual; that no scores are wanted, too, or the tick would come back by itself."""
        told = self.cleaned_data
        found = {name: told[name] for name in ("date_order", "keep_duplicates") if told.get(name)}
        return found if told.get("score_after", True) else found | {"score_after": False}

    def clean(self) -> dict[str, Any]:
        """A column is one thing only."""
        cleaned: dict[str, Any] = super().clean() or {}
        seen: dict[str, str] = {}
        for field in self.names:
            column = cleaned.get(field)
            if column and column in seen:
                self.add_error(field, here("insight.columns.twice", field=here(f"collect.field.{seen[column]}")))
            elif column:
                seen[column] = field
        if cleaned.get("amount") and cleaned.get("unit_price") and not self._both:
            self.add_error("unit_price", here("insight.columns.one_amount"))
        elif cleaned.get("unit_price") and not cleaned.get("quantity"):
            self.add_error("quantity", here("insight.columns.price_needs_quantity"))
        return cleaned


class CostsForm(forms.Form):
    """What winning a customer costs, by source, in whole currency."""

    def __init__(
        self,
        sources: Sequence[tuple[str, str]],
        currency: str,
        costs_minor: Mapping[str, int],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """`sources`: each as it is kept and as it is called."""
        super().__init__(data)
        self.currency = currency
        self._sources = {_field_of(source): source for source, _ in sources}
        for source, name in sources:
            known = costs_minor.get(source)
            self.fields[_field_of(source)] = forms.DecimalField(
                label=name,
                min_value=0,
                max_digits=12,
                decimal_places=minor_digits(currency),
                required=False,
                initial=None if known is None else to_major(known, currency),
            )

    @property
    def costs_minor(self) -> dict[str, int | None]:
        """By source; None: not known."""
        told = {source: self.cleaned_data[name] for name, source in self._sources.items()}
        return {source: None if cost is None else to_minor(cost, self.currency) for source, cost in told.items()}


def _field_of(source: str) -> str:
    """A field's name that stays with its source, whatever place a run published meanwhile gives it."""
    return f"cost_{sha256(source.encode()).hexdigest()[:12]}"


class RunForm(forms.Form):
    """What a run is told."""

    as_of = forms.DateField(
        label=lazily("insight.run.as_of"),
        required=False,
        help_text=lazily("insight.run.as_of_help"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    horizon_days = forms.IntegerField(
        label=lazily("insight.run.horizon_days"),
        min_value=30,
        max_value=1825,
        help_text=lazily("insight.run.horizon_help"),
    )
    period_days = forms.IntegerField(
        label=lazily("insight.run.period_days"), min_value=7, max_value=730, help_text=lazily("insight.run.period_help")
    )
    discount_rate = forms.DecimalField(
        label=lazily("insight.run.discount_rate"), min_value=0, max_value=100, max_digits=6, decimal_places=3
    )
    margin_rate = forms.DecimalField(
        label=lazily("insight.run.margin_rate"),
        min_value=1,
        max_value=100,
        max_digits=6,
        decimal_places=3,
        required=False,
        help_text=lazily("insight.run.margin_help"),
    )
    tiers = forms.ChoiceField(
        label=lazily("insight.run.tiers"),
        choices=[(name, lazily(f"insight.run.tiers_{name.replace('-', '_')}")) for name in cut_names()],
    )
    tier_by = forms.ChoiceField(
        label=lazily("insight.run.tier_by"), choices=[(name, lazily(f"insight.run.by_{name}")) for name in MEASURES]
    )
    model = forms.ChoiceField(
        label=lazily("insight.run.model"),
        choices=[(code, lazily(f"report.model.{code}")) for code in model_codes()],
        required=False,
        help_text=lazily("insight.run.model_help"),
    )
    calendar = forms.CharField(
        label=lazily("insight.run.calendar"),
        required=False,
        max_length=2000,
        help_text=lazily("insight.run.calendar_help"),
    )
    earlier = forms.BooleanField(
        label=lazily("insight.run.earlier"), required=False, help_text=lazily("insight.run.earlier_help")
    )
    drawn = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, parameters: Parameters, data: Mapping[str, Any] | None = None, *, current: date | None = None
    ) -> None:
        """`current`: the day that the current scores are of."""
        kept = parameters.to_json()
        kept["discount_rate"] = round(100 * parameters.discount_rate, 3)
        kept["calendar"] = in_words(parameters.calendar)
        kept["margin_rate"] = None if parameters.margin_rate is None else round(100 * parameters.margin_rate, 3)
        super().__init__(data, initial=kept | {"drawn": new_id("run")})
        self._current, self._usual = current, parameters
        if data is None:
            del self.fields["earlier"]
        if "pyramid" in parameters.definitions:  # told on the page of the pyramid
            del self.fields["tiers"], self.fields["tier_by"]

    def clean_drawn(self) -> str:
        """A form that was written by hand has none, and draws its own."""
        told = str(self.cleaned_data["drawn"])
        return told if is_id("run", told) else new_id("run")

    def clean_calendar(self) -> dict[str, float]:
        try:
            return declared_in(self.cleaned_data["calendar"])
        except InputError as reason:
            raise forms.ValidationError(reason.told(language.active())) from reason

    def clean(self) -> dict[str, Any]:
        """Scores of an earlier day take the place of later ones only for who says so; others are not asked."""
        told: dict[str, Any] = super().clean() or {}
        as_of = told.get("as_of")
        if not (as_of and self._current and as_of < self._current):
            del self.fields["earlier"]
        elif not told.get("earlier"):
            days = {"as_of": day(as_of, language.active()), "current": day(self._current, language.active())}
            self.add_error("earlier", here("insight.run.earlier_refused", **days))
        return told

    @property
    def run_id(self) -> str:
        """Drawn with the form: sent twice by a double click it asks for one run; filled in otherwise, for another."""
        drawn, told = str(self.cleaned_data["drawn"]), dumps(self.parameters.to_json(), sort_keys=True)
        return drawn[:-6] + sha256(f"{drawn} {told}".encode()).hexdigest()[:6]

    @property
    def parameters(self) -> Parameters:
        told = self.cleaned_data
        return Parameters(
            as_of=told["as_of"].isoformat() if told["as_of"] else "",
            horizon_days=told["horizon_days"],
            period_days=told["period_days"],
            discount_rate=float(told["discount_rate"]) / 100,
            margin_rate=None if told["margin_rate"] is None else float(told["margin_rate"]) / 100,
            tiers=told.get("tiers", self._usual.tiers),
            tier_by=told.get("tier_by", self._usual.tier_by),
            model=told["model"] or AUTO,
            calendar=told["calendar"],
        )
