"""Ten people at work on a running server, for `bench_web.py`: each logs in, then clicks and types at random."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from math import ceil
from urllib.parse import quote, urlencode

from bench_web_data import PASSWORD, TAGS, USERS, Person, person

_SIZE = 25
_SORTS = (
    "-clv", "clv", "-current_value", "-historic_value", "-value_total", "-value_at_risk", "-churn_probability",
    "-expected_purchases", "next_purchase_due", "-next_purchase_due", "-last_purchase", "last_purchase",
    "-first_purchase", "-purchases", "purchases", "-spend", "tier_rank", "tier", "stage", "segment", "name", "-created",
)  # fmt: skip
_TIERS = ("A", "B", "C", "D")
_STAGES = ("exploration", "formation", "stability", "decline", "former")
_SEGMENTS = ("champion", "loyal", "recent", "promising", "at_risk", "hibernating")
_SLOTS = {"its forecast": "forecast/", "its purchases over time": "purchases/chart/", "its purchases": "purchases/"}


@dataclass
class Times:
    """Milliseconds of the answers to one kind of click: at the server, of its processor, and as the user saw them."""

    server: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)

    def add(self, other: Times) -> None:
        self.server += other.server
        self.busy += other.busy
        self.seen += other.seen


Measured = dict[str, Times]


class Visitor:
    """One user with a session of their own, on one connection that is kept open."""

    def __init__(self, number: int, port: int, customers: int) -> None:
        self._draw = random.Random(100 + number)  # noqa: S311
        self._name, self._customers = f"user{number}", customers
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        self.times: Measured = defaultdict(Times)
        self._log_in()

    def walk(self, until: float, think_seconds: float) -> None:
        """Click by click, after each a pause between half and one and a half of `think_seconds`."""
        time.sleep(self._draw.uniform(0, think_seconds))
        clicks = self._clicks()
        while time.monotonic() < until:
            for kind, path, part in next(clicks):
                self._get(kind, path, part)
            if think_seconds:
                time.sleep(self._draw.uniform(0.5, 1.5) * think_seconds)

    def _clicks(self) -> Iterator[list[tuple[str, str, bool]]]:
        """Rounds in random order: what, its address, and whether the page's script asks for a part."""
        kinds: list[Callable[[], list[tuple[str, str, bool]]]] = [
            lambda: [("Overview", "/", False)],
            lambda: [("Customers, page 1", "/customers/", False)],
            lambda: [("Customers, filtered", _list(**self._filter()), False)],
            lambda: [("Customers, filtered", _list(**(self._filter() | self._filter())), False)],
            lambda: [("Customers, by tag", _list(tag=self._draw.choice(list(TAGS))), False)],
            lambda: [("Customers, sorted", _list(sort=self._draw.choice(_SORTS)), False)],
            lambda: [("Customers, pages 2 to 40", _list(page=self._draw.randint(2, 40)), False)],
            lambda: [("Customers, last page", _list(page=-(-self._customers // _SIZE)), False)],
            lambda: [("found by name", _list(q=self._name_typed()), False)],
            lambda: [("found by pinyin", _list(q=self._pinyin()), False)],
            lambda: [("found by phone", _list(q=self._someone().phone[-self._draw.choice((4, 6, 8)) :]), False)],
            lambda: [("found by id", _list(q=self._id_typed()), False)],
            lambda: [("found and filtered", _list(q=self._name_typed(), **self._filter()), False)],
            self._customer,
            self._customer,
            lambda: [("Ctrl+K palette", f"/palette/?{urlencode({'q': self._typed()})}", True)],
        ]
        while True:
            self._draw.shuffle(kinds)
            for kind in kinds:
                yield kind()

    def _customer(self) -> list[tuple[str, str, bool]]:
        """The page, then the parts that its script loads."""
        path = f"/customers/{quote(self._someone().key)}/"
        return [("Customer", path, False), *((f"Customer, {name}", path + end, True) for name, end in _SLOTS.items())]

    def _someone(self) -> Person:
        return person(self._draw.randint(1, self._customers))

    def _filter(self) -> dict[str, str]:
        name, codes = self._draw.choice(
            [("tier", _TIERS), ("stage", _STAGES), ("segment", _SEGMENTS), ("risk", ("value", "churn"))]
        )
        return {name: self._draw.choice(codes)}

    def _name_typed(self) -> str:
        """A whole name, or the surname alone."""
        name = self._someone().name
        return name if self._draw.random() < 0.7 else name[:1]

    def _pinyin(self) -> str:
        """All of it, the surname alone, or initials."""
        from shuke.crm.customers.search import search_columns

        found = search_columns(key="", name=self._someone().name, phone="")
        syllables = found.search_text.split()[-len(found.search_initials) :]
        return self._draw.choice([found.sort_name, syllables[0], found.search_initials])

    def _id_typed(self) -> str:
        key = self._someone().key
        return key if self._draw.random() < 0.7 else key[: self._draw.randint(3, 7)]

    def _typed(self) -> str:
        return self._draw.choice([self._name_typed, self._pinyin, self._id_typed, lambda: self._someone().phone[-4:]])()

    def _log_in(self) -> None:
        page = self._answer("GET", "/log-in/")[1]
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.decode())
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "username": self._name, "password": PASSWORD}
        self._answer("POST", "/log-in/", urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        assert "sessionid" in self._cookies, f"{self._name} could not log in"

    def _get(self, kind: str, path: str, part: bool) -> None:
        started = time.perf_counter()
        told = self._answer("GET", path, headers={"HX-Request": "true"} if part else {})[0]
        times, server = self.times[kind], re.fullmatch(r"total;dur=([\d.]+), cpu;dur=([\d.]+)", told)
        assert server is not None
        times.seen.append(1000 * (time.perf_counter() - started))
        times.server.append(float(server[1]))
        times.busy.append(float(server[2]))

    def close(self) -> None:
        self._connection.close()

    def _answer(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[str, bytes]:
        sent = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if method == "GET" and path.startswith("/log-in"):
            del sent["Accept-Encoding"]
        self._connection.request(method, path, body or None, sent | (headers or {}))
        answer = self._connection.getresponse()
        page = answer.read()
        assert answer.status in (200, 302), f"{method} {path}: {answer.status}"
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self._cookies[name] = value
        return answer.headers["Server-Timing"], page


def _list(**asked: object) -> str:
    return f"/customers/?{urlencode(asked)}"


def measure(port: int, customers: int, seconds: float, think_seconds: float) -> Measured:
    """What ten users met within that time, by kind of click. The first few clicks of each are not counted."""
    with_session = [Visitor(number, port, customers) for number in range(USERS)]
    _together(with_session, 5, 0)
    for visitor in with_session:
        visitor.times.clear()
    _together(with_session, seconds, think_seconds)
    found: Measured = defaultdict(Times)
    for visitor in with_session:
        visitor.close()
        for kind, times in visitor.times.items():
            found[kind].add(times)
    return found


def _together(visitors: list[Visitor], seconds: float, think_seconds: float) -> None:
    until, failures = time.monotonic() + seconds, []

    def walk(visitor: Visitor) -> None:
        try:
            visitor.walk(until, think_seconds)
        except BaseException as reason:  # noqa: BLE001  raised again below, where it is seen
            failures.append(reason)

    walking = [threading.Thread(target=walk, args=(visitor,)) for visitor in visitors]
    for thread in walking:
        thread.start()
    for thread in walking:
        thread.join()
    if failures:
        raise failures[0]


def quantile(values: list[float], share: float) -> float:
    """The smallest value that so many are not above."""
    return sorted(values)[max(0, ceil(len(values) * share) - 1)]


def rows(found: Measured) -> list[tuple[str, int, list[float]]]:
    """Kind, how many, and p50, p95, p99 at the server, p50 of its processor, p50, p95, p99 as seen; in order."""
    order = [
        "Overview", "Customers, page 1", "Customers, filtered", "Customers, by tag", "Customers, sorted",
        "Customers, pages 2 to 40", "Customers, last page", "found by name", "found by pinyin", "found by phone",
        "found by id", "found and filtered", "Customer", *(f"Customer, {name}" for name in _SLOTS), "Ctrl+K palette",
    ]  # fmt: skip
    return [(kind, len(found[kind].server), _figures(found[kind])) for kind in order if found[kind].server]


def _figures(times: Times) -> list[float]:
    shares = (0.5, 0.95, 0.99)
    server, seen = ([quantile(values, share) for share in shares] for values in (times.server, times.seen))
    return [*server, quantile(times.busy, 0.5), *seen]


def pages_a_second(found: Measured, seconds: float) -> float:
    return sum(len(times.server) for times in found.values()) / seconds
