"""Shuke 熟客: what each customer is worth, where they stand, what to do about it, and whether it paid.

>>> import shuke
>>> purchases = shuke.read_purchases({"customer": ["u", "u", "v"], "time": ["2024-01-05", "2024-02-09", "2024-03-01"],
...                                   "amount": ["100", "80", "30"]})
>>> run = shuke.run(purchases, as_of="2024-03-31")
>>> run.scores.to_arrow().select(["customer_id", "purchases", "recency_days"]).sort_by("customer_id").to_pylist()[0]
{'customer_id': 'u', 'purchases': 2, 'recency_days': 51}
"""

from shuke import act, classify, collect, evaluate, ledger, value
from shuke.collect import Purchases, read_purchases
from shuke.cycle import Previous, Run, Settings, run
from shuke.engines import open_engine

__all__ = [
    "Previous",
    "Purchases",
    "Run",
    "Settings",
    "act",
    "classify",
    "collect",
    "evaluate",
    "ledger",
    "open_engine",
    "read_purchases",
    "run",
    "value",
]
