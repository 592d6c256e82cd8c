"""Loyalty: how loyal is each customer, of what kind, and is it real?"""

from __future__ import annotations

import tomllib
from importlib.resources import files

from shuke.classify._ruled import Ruled, book, by_why
from shuke.classify.definition import Setting, Shape
from shuke.engines import literal

_BOOK = book("loyalty.toml")
_TRUTH: dict[str, str] = tomllib.loads(files(__package__).joinpath("loyalty.toml").read_text("utf-8"))["truth"]
_GROUPS = ("intent", "primary", "secondary")


class Loyalty(Ruled):
    """How loyal is each customer, by which of the seven kinds, and does it hold by the business itself?

    The index is the weighted mean of three groups of signs, each 0 to 1:

    - intent 再购意愿: the mean answer to "will you buy again";
    - primary 主要行为: recency, frequency, amount (RFM scores), retention (1 − churn_probability, else the probability
      of being alive) and life (two years and more are 1), each as much as another;
    - secondary 次要行为: who brought others is 1; else the readiness to recommend.

    A group of which nothing is known drops out; loyalty_known_share is the weight of those that are there. The kind
    (`loyalty.<code>`) comes from ordered rules (loyalty.toml) on answers and price sensitivity; monopoly, convenience,
    latent, incentive, super-value and inertia need an answer, and without one the kind is unknown unless price rules
    all that is bought. loyalty_truth parts false kinds from real ones: 前五种虚假, 超值 real, 潜在 held back.

    `label` wants the scores with RFM labels and `signs`, and price_sensitivity (`Traits`; null where not known).

    >>> Loyalty.from_definition({"settings": {"weight_intent": 0.5}}).definition()["settings"]["weight_intent"]
    0.5

    Source: 001_8cd5f37d15500912.txt (顾客忠诚度的衡量方式归纳为三类; 客户忠诚的分类); mission 3.9.
    """

    SHAPE = Shape(
        "loyalty",
        (
            Setting("weight_intent", "share", 0.4),
            Setting("weight_primary", "share", 0.4),
            Setting("weight_secondary", "share", 0.2),
            Setting("few_alternatives", "number", 1.5, 0, 5),
            Setting("high_answer", "number", 3.5, 1, 5),
            Setting("high_rank", "number", 2.5, 1, 8),
            Setting("price_minded", "share", 0.5),
            Setting("price_ruled", "share", 0.85),
            Setting("content", "number", 4, 1, 5),
            Setting("discontent", "number", 3, 1, 5),
        ),
        codes=_BOOK.codes,
    )
    BOOK = _BOOK
    TRUTH = _TRUTH
    COLUMN = "loyalty_kind"
    WHY = "loyalty"
    NEEDS = (
        "rfm_r", "rfm_f", "rfm_m", "churn_probability", "probability_alive", "age_days", "answers", "csat_score",
        "nps_score", "intent_score", "alternatives_score", "nearness_score", "hindrance_score", "promotion_rank",
        "price_rank", "referrals", "price_sensitivity",
    )  # fmt: skip
    # Written 4e0 and not 4.0, which one engine would take for a decimal, and round.
    STEPS = (
        {
            "of_intent": "(intent_score - 1) / 4e0",
            "retained": "coalesce(1 - churn_probability, probability_alive)",
            "of_secondary": "CASE WHEN referrals > 0 THEN 1e0 ELSE nps_score / 10e0 END",
        },
        {
            "of_primary": "((rfm_r - 1) / 4e0 + (rfm_f - 1) / 4e0 + (rfm_m - 1) / 4e0 + least(age_days / 730e0, 1e0)"
            " + coalesce(retained, 0e0)) / (CASE WHEN retained IS NULL THEN 4e0 ELSE 5e0 END)",
            "weights": "{weight_primary} + CASE WHEN of_intent IS NULL THEN 0e0 ELSE {weight_intent} END"
            " + CASE WHEN of_secondary IS NULL THEN 0e0 ELSE {weight_secondary} END",
        },
        {
            "loyalty_score": "coalesce(({weight_primary} * of_primary + {weight_intent} * coalesce(of_intent, 0e0)"
            " + {weight_secondary} * coalesce(of_secondary, 0e0)) / nullif(weights, 0), of_primary)",
            "loyalty_known_share": "coalesce(weights / nullif({weight_intent} + {weight_primary}"
            " + {weight_secondary}, 0), 0e0)",
        },
    )
    KEPT = ("loyalty_score", "loyalty_known_share")

    def _given(self) -> dict[str, str]:
        rules = self.BOOK.rules
        trust = by_why(rules, {why: literal(float(share)) for why, share in self.BOOK.trust.items()}, "0e0")
        asked = by_why(rules, {"wants_price": "1e0"}, "coalesce(answers, 0) / (coalesce(answers, 0) + 1e0)")
        truth = by_why(rules, {code: literal(kind) for code, kind in _TRUTH.items()}, literal("unknown"))
        return {"loyalty_truth": truth, "loyalty_confidence": f"({trust}) * ({asked})"}
