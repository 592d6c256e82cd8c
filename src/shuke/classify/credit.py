"""Credit: loyalty × spend × how they pay; who is on a list, and who might be."""

from __future__ import annotations

from datetime import date

from shuke.classify._ruled import Ruled, book
from shuke.classify.definition import Setting, Shape
from shuke.engines import Table, quoted
from shuke.kit.rules import require_columns

_BOOK = book("credit.toml")
LISTS = ("red", "normal", "black")


class Credit(Ruled):
    """How far can a customer be trusted with credit: high, middle or normal?

    Points are the mean of the loyalty index, of the spend score (rfm_m, 0 to 1) and of credit_score, of those that are
    known. credit_score is 1 less the share of sums that were late, weighted by how late:
    (n − late · (½ + ½ min(days, 30) / 30) + 2 · 0.9) / (n + 2): two sums of the usual kind are counted in, since one
    late bill of one is no habit. With `bad_share` late of `fewest_due` sums or more, or with `overdue_times` late,
    `overdue_share` of all, and more than `overdue_minor` owed now, nobody is above normal.

    `label` also proposes a list (list_proposal) with its reason: black for who pays badly, red for who is high in all
    and worth much; people decide, and what they decided stands in standing_list (`with_lists`).

    >>> Credit.from_definition({"settings": {"bad_share": 2}})
    Traceback (most recent call last):
    shuke.classify._faults.DefinitionError: The definition of credit cannot be used. settings.bad_share is 2: give a \
share of one, from 0 to 1.

    Source: 002_e245a16033f246ba.txt (忠诚度、消费高低和信用度三个维度; 红名单、黑名单); mission 3.11.
    """

    SHAPE = Shape(
        "credit",
        (
            Setting("high_from", "share", 0.75),
            Setting("middle_from", "share", 0.5),
            Setting("credit_from", "share", 0.8),
            Setting("bad_share", "share", 0.5),
            Setting("fewest_due", "whole", 4, 1, 1000),
            Setting("overdue_minor", "money", 0),
            Setting("overdue_times", "whole", 2, 1, 1000),
            Setting("overdue_share", "share", 0.33),
        ),
        codes=_BOOK.codes,
    )
    BOOK = _BOOK
    COLUMN = "credit"
    NEEDS = (
        "loyalty_score", "rfm_m", "due_payments", "late_payments", "late_share", "mean_late_days", "overdue_minor",
        "tier_computed",
    )  # fmt: skip
    # Written 4e0 and not 4.0, which one engine would take for a decimal, and round.
    STEPS = (
        {
            "credit_score": "(due_payments - late_payments * (0.5e0 + 0.5e0 * least(coalesce(mean_late_days, 0e0),"
            " 30e0) / 30e0) + 1.8e0) / (due_payments + 2e0)",
            "pays_badly": "coalesce(due_payments >= {fewest_due} AND late_share >= {bad_share}, FALSE)"
            " OR coalesce(late_payments >= {overdue_times} AND late_share >= {overdue_share}"
            " AND overdue_minor > {overdue_minor}, FALSE)",
        },
        {
            "points": "(loyalty_score + (rfm_m - 1) / 4e0 + coalesce(credit_score, 0e0))"
            " / (CASE WHEN credit_score IS NULL THEN 2e0 ELSE 3e0 END)",
        },
    )
    KEPT = ("credit_score",)

    def _given(self) -> dict[str, str]:
        red = "points >= {high_from} AND credit_score >= {credit_from} AND due_payments >= {fewest_due}"
        late = "due_payments >= {fewest_due} AND late_share >= {bad_share}"
        return {
            "list_proposal": f"CASE WHEN pays_badly THEN 'black' WHEN {red} THEN 'red' ELSE 'none' END",
            "list_why_code": f"CASE WHEN {late} THEN 'often_late' WHEN pays_badly THEN 'overdue' "
            f"WHEN {red} THEN 'high_and_prompt' ELSE 'nothing' END",
        }


def with_lists(table: Table, listed: Table | None, *, as_of: date) -> Table:
    """The rows with standing_list: the latest list people put the customer on that still holds, else normal."""
    require_columns(("customer_id",), table.columns, "with_lists")
    kept = ", ".join(f"t.{quoted(name)}" for name in table.columns if name != "standing_list")
    if listed is None:
        return table.engine.view("with_lists", f"SELECT {kept}, 'normal' AS standing_list FROM {{t}} AS t", t=table)
    return table.engine.view("with_lists", _LISTED.format(kept=kept), t=table, listed=listed, as_of=as_of)


_LISTED = """
SELECT {kept}, coalesce(l.list_code, 'normal') AS standing_list
FROM {{t}} AS t LEFT JOIN (
  SELECT customer_id, list_code, row_number() OVER (PARTITION BY customer_id ORDER BY listed_on DESC, list_code) AS n
  FROM {{listed}} WHERE listed_on <= {{as_of}} AND (until_on IS NULL OR until_on >= {{as_of}})
) AS l ON t.customer_id = l.customer_id AND l.n = 1
"""
