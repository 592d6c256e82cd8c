"""Trading stability: does a customer buy at even gaps and for even amounts?"""

from __future__ import annotations

from shuke.classify._ruled import Ruled, book
from shuke.classify.definition import Setting, Shape

_BOOK = book("stability.toml")


class Stability(Ruled):
    """Does a customer trade steadily, against all others?

    The trait trading_stability (`Traits`: the mean rank of evenness of gaps and of amounts) cut in three: steady from
    `steady_from`, erratic below `erratic_below`, usual between; unknown with fewer than three gaps.

    >>> import pyarrow as pa
    >>> from shuke.engines import DuckDBEngine
    >>> rows = pa.table({"trading_stability": [0.9, 0.5, 0.1, None], "typical_gap_days": [7.0] * 4})
    >>> with DuckDBEngine() as engine:
    ...     customers = engine.from_arrow("customers", rows)
    ...     sorted(Stability().fit(customers).label(customers).to_arrow()["stability"].to_pylist())
    ['erratic', 'steady', 'unknown', 'usual']

    Source: 004_4d895e9f5890cd2f.txt (交易稳定性); mission 3.12.
    """

    SHAPE = Shape(
        "stability",
        (Setting("steady_from", "share", 0.7), Setting("erratic_below", "share", 0.3)),
        codes=_BOOK.codes,
    )
    BOOK = _BOOK
    COLUMN = "stability"
    NEEDS = ("trading_stability",)
