"""Shuke 熟客: what each customer is worth, where they stand, what to do about it, and whether it paid.

>>> import shuke
>>> purchases = shuke.read_purchases({"customer": ["u", "u", "v"], "time": ["2024-01-05", "2024-02-09", "2024-03-01"],
...                                   "amount": ["100", "80", "30"]})
>>> run = shuke.run(purchases, as_of="2024-03-31")
>>> run.scores.to_arrow().select(["customer_id", "purchases", "recency_days"]).sort_by("customer_id").to_pylist()[0]
{'customer_id': 'u', 'purchases': 2, 'recency_days': 51}
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuke import act, classify, collect, evaluate, ledger, value
    from shuke.collect import Purchases, read_purchases
    from shuke.cycle import Previous, Run, Settings, run
    from shuke.engines import open_engine
else:
    _OF_ROOMS = {
        "collect": ("Purchases", "read_purchases"),
        "cycle": ("Previous", "Run", "Settings", "run"),
        "engines": ("open_engine",),
    }

    def __getattr__(name: str) -> Any:
        """Each name comes when it is asked for: our own processes have something to tell NumPy before it comes along
        (`kit.threads`)."""
        for room, names in _OF_ROOMS.items():
            if name in names:
                return getattr(import_module(f"shuke.{room}"), name)
        if name in __all__:
            return import_module(f"shuke.{name}")
        raise AttributeError(f"module 'shuke' has no attribute {name!r}; it has {', '.join(__all__)}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


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
