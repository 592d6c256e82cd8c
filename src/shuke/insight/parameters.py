"""The parameters of a fitted model in plain words: what each number says of the customers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from shuke.crm.words import here
from shuke.kit.text import keys, number, share
from shuke.ui import language

_SYMBOLS = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"}


def parameters(told: Mapping[str, Any]) -> list[dict[str, str]]:
    """One row a parameter of the model in use: its sign, value, standard error, and what it says."""
    values = {one["name"]: float(one["value"]) for one in told["parameters"]}
    meant = _meant(values)
    return [
        {
            "sign": _sign(one["name"]),
            "value": significant(one["value"]),
            "error": "—" if one["standard_error"] is None else significant(one["standard_error"]),
            "text": _explained(told["chosen"], one["name"], meant),
        }
        for one in told["parameters"]
    ]


def _sign(name: str) -> str:
    """Greek as it is written; what is no letter of the literature by its name in words."""
    key = f"models.sign.{name}"
    return here(key) if key in keys(key) else _SYMBOLS.get(name, name.replace("_", " "))


def key_of(code: str, name: str) -> str:
    """Where the explanation of a model's parameter stands: its own, or that of all models that have it; else empty."""
    own, any_model = f"models.parameter.{code}.{name}", f"models.parameter.any.{name}"
    return next((key for key in (own, any_model) if key in keys(key)), "")


def significant(value: float) -> str:
    """Four significant digits, as plain as they can be written.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     significant(272.4567), significant(0.190812), significant(0.0000021), significant(12345.6)
    ('272.5', '0.1908', '0.0000021', '12,346')
    """
    if not value or not math.isfinite(value):
        return "0" if value == 0 else "—"
    decimals = min(max(0, 3 - math.floor(math.log10(abs(value)))), 7)
    written = number(value, language.active(), decimals)
    return written.rstrip("0").rstrip(".") if "." in written and abs(value) < 1e-3 else written


def _explained(code: str, name: str, meant: Mapping[str, str]) -> str:
    key = key_of(code, name)
    return here(key, **meant) if key else ""


def _meant(values: Mapping[str, float]) -> dict[str, str]:
    """What the parameters come to, written out, by the name of the figure in the sentences."""
    return {name: write(value) for name, (value, write) in _figures(values).items()}


def _figures(p: Mapping[str, float]) -> dict[str, Any]:
    """Rates are Gamma(r, alpha) over customers; leaving at a purchase Beta(a, b); lifetimes exponential with rates
    Gamma(s, beta), of which half end within beta (2^(1/s) - 1), or Gompertz (Bemmaor & Glady 2012) with b as well."""
    found: dict[str, Any] = {}
    if {"r", "alpha"} <= p.keys():
        found |= {"spread": (p["r"] ** -0.5, _share), "gap": (p.get("k", 1.0) * p["alpha"] / p["r"], _days)}
    if {"a", "b"} <= p.keys():
        mean = p["a"] / (p["a"] + p["b"])
        found |= {
            "leaving": (mean, _share),
            "leaving_spread": (math.sqrt((1 - mean) / (mean * (p["a"] + p["b"] + 1))), _share),
        }
    if {"s", "beta"} <= p.keys():
        odds = p["beta"] * math.expm1(min(math.log(2) / p["s"], 500.0))
        found["half_gone"] = (math.log1p(odds) / p["b"] if "b" in p else odds, _days)
    if "pooled_rate" in p:
        found["pooled_gap"] = (1 / p["pooled_rate"], _days)
    return found | _of_doubts(p)


def _of_doubts(p: Mapping[str, float]) -> dict[str, Any]:
    """Each doubt may be there without the others: what it says of customers, and how much it counts."""
    found: dict[str, Any] = {"pace_change": (abs(p["pace"] - 1), _share)} if "pace" in p else {}
    for doubt in ("stays", "afresh", "beat"):
        own = {name.removeprefix(f"{doubt}_"): value for name, value in p.items() if name.startswith(f"{doubt}_")}
        if own:
            found[f"{doubt}_share"] = (own.pop("weight"), _share)
            found |= {f"{doubt}_{name}": figure for name, figure in _figures(own).items()}
    return found


def _days(value: float) -> str:
    """One decimal where days are few; beyond a century nobody counts."""
    tongue = language.active()
    return number(value, tongue, 1 if value < 30 else 0) if value < 36_525 else ">" + number(36_525, tongue)


def _share(value: float) -> str:
    return share(value, language.active(), 0 if value >= 0.1 else 2)
