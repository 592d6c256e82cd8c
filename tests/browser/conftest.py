"""Chromium on a server of its own: `check_page` looks at a page as visitor, accessibility checker and miser do."""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="missing part: playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="missing part: axe-playwright-python")

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "var" / "screens"
CHROMIUM = "/usr/bin/chromium"
MISSING_PART = "missing part: chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"desktop": (1440, 900), "phone": (390, 844), "picture": (1200, 760)}
HEAVIEST_PAGE = 50 * 1024
CAST = ("owner", "manager", "colleague")
LOOKS = [
    ("desktop", "light", "zh-hans"),
    ("desktop", "dark", "en"),
    ("phone", "light", "zh-hant"),
    ("phone", "dark", "zh-hans"),
]
IN_ALL_LOOKS = os.environ.get("LOOKS") == "all"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `size`, `theme` and `language`, and says none itself, has a desk in light and a phone in dark;
    with `LOOKS=all` (as `make browser` says) all four."""
    asked = ("size", "theme", "language")
    said = {str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")}
    if set(asked) <= set(metafunc.fixturenames) and not any("size" in names for names in said):
        metafunc.parametrize(asked, LOOKS if IN_ALL_LOOKS else LOOKS[::3])


@dataclass(frozen=True)
class Site:
    """A running Shuke: its address, its data folder, and the environment of its processes."""

    url: str
    folder: Path
    environment: dict[str, str]
    keys: dict[str, int]

    def at(self, path: str) -> str:
        """A path with the keys of what was made for these tests filled in: `/data/{upload}/`."""
        return path.format(**self.keys)

    def manage(self, *command: str) -> str:
        """Run a management command against it."""
        return _run(self.environment, *command)


def _run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "shuke.web", *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


_PEOPLE = """
from shuke.crm.people.writes import add_user
for role, name in (("owner", "陈老板"), ("manager", "林经理"), ("staff", "Ana")):
    username = "colleague" if role == "staff" else role
    add_user(username=username, password=f"{username}-has-a-password", name=name, role=role)
"""
_DEMO = """
from shuke.insight.demo import load
load(lambda *_: None)
"""

_WORK = r"""
import json
from shuke.crm.jobs.models import Job
from shuke.crm.people.models import User
from shuke.insight.writes import bring
owner, colleague = User.objects.get(username="owner"), User.objects.get(username="colleague")
text = "客户,下单时间,实付金额\n" + "王芳,2017-03-04,12.50\n" * 30 + "李强,昨天,8\n,2017-03-05,9\n"
upload = bring(name="订单 2017.csv", pieces=[text.encode("gb18030")], by=owner)
done = Job.objects.create(kind="insight.run", started_by=owner, state="cancelled")
failed = Job.objects.create(kind="insight.import", started_by=owner, state="failed", error="InputError: no rows")
from shuke.insight.demo import write_samples
write_samples(by=owner, language="zh-hans")
print(json.dumps({"upload": upload.pk, "job": done.pk, "failed": failed.pk, "user": colleague.pk, "touch": 1}))
"""


_CARDS = """
from datetime import date
from shuke.crm.customers.card_templates import lay, shipped
from shuke.crm.customers.links import link
from shuke.crm.customers.models import Customer, Section, Tag
from shuke.crm.customers.writes import tag
from shuke.crm.customers.writes_of_cards import change, create_card, write_entry
from shuke.crm.people.models import User
owner = User.objects.get(username="owner")
if not Customer.objects.filter(key="li").exists():
    lay(template=next(found for found in shipped() if found.code == "car_dealership"), by=owner)
    values = {"plate_number": "沪A12345", "budget": 35000000, "vip": True, "purchase_focus": ["price", "space"]}
    li = create_card(name="李雷", key="li", phone="+8613800138000", values=values, by=owner)
    home = create_card(name="李家", key="li-home", kind="household", by=owner)
    link(customer=home, other=li, role="member", by=owner)
    link(customer=home, other=Customer.objects.exclude(key__startswith="li").first(), role="member", by=owner)
    for code, said in (("competitors", {"competitor_model": "X3", "competitor_approval": "空间"}),
                       ("follow_up", {"follow_up_grade": "a", "follow_up_note": "下周试驾"})):
        write_entry(customer=li, section=Section.objects.get(code=code), values=said, on=date(2026, 1, 5), by=owner)
    tag(customers=[li.pk], name="重点", by=owner, colour="amber")
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server as `shuke serve` starts it, with the cast as users and the demo's customers."""
    if not Path(CHROMIUM).exists():
        pytest.skip(MISSING_PART)
    folder = tmp_path_factory.mktemp("site")
    port = _free_port()
    environment = {**os.environ, "SHUKE_DATA": str(folder), "SHUKE_CURRENCY": "USD", "DATABASE_URL": ""}
    environment["SHUKE_DEBUG"] = "0"
    _run(environment, "migrate", "-v0")
    _run(environment, "shell", "-v0", "-c", _PEOPLE)
    if (ROOT / "src/shuke/insight/demo.py").exists():
        _run(environment, "shell", "-v0", "-c", _DEMO)
    keys = json.loads(_run(environment, "shell", "-v0", "-c", _WORK).splitlines()[-1])
    command = [sys.executable, "-m", "shuke.cli", "--lang", "en", "serve", "--port", str(port)]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/health/", server, folder / "server.log")
            yield Site(f"http://127.0.0.1:{port}", folder, environment, keys)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


@pytest.fixture(scope="session")
def cards(site: Site) -> None:
    """A dealer's card, a household and a customer with a history."""
    site.manage("shell", "-v0", "-c", _CARDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail("the server did not start: " + log.read_text("utf-8"))


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def logged_in(browser: playwright.Browser, site: Site) -> dict[str, object]:
    """The cookies of each of the cast, from the log-in form."""
    states: dict[str, object] = {}
    for who in CAST:
        context = browser.new_context(locale="en")
        page = context.new_page()
        page.goto(f"{site.url}/log-in/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", f"{who}-has-a-password")
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/log-in/" not in url)
        states[who] = context.storage_state()
        context.close()
    return states


@dataclass
class Visitor:
    """A page of the browser that notes what goes wrong on it."""

    page: playwright.Page
    site: Site
    label: str
    troubles: list[str]

    def check_page(self, path: str, name: str = "", status: int = 200) -> None:
        """Go there, and find nothing wrong with what comes; the picture is in var/screens.

        The page answers as it should; axe has nothing to say; no request leaves the machine; nothing fails to load and
        no script complains; the HTML weighs no more than 50 KiB compressed; nothing is wider than the screen.
        """
        path = self.site.at(path)
        answer = self.page.goto(self.site.url + path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        if status >= 400:
            self.troubles[:] = [one for one in self.troubles if f"status of {status}" not in one]
        weight = len(gzip.compress(answer.body(), 6))
        assert weight <= HEAVIEST_PAGE, f"{path} weighs {weight} bytes compressed"
        self.look(name or path.strip("/").replace("/", "-").partition("?")[0] or "overview")

    def look(self, name: str) -> None:
        """The same for the page as it stands now, after clicks."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}-{self.label}.png", full_page=False)
        assert self.troubles == []
        try:
            wide, found = self._measured()
        except playwright.Error:  # a page with a job loads anew when the job ends, which may be now
            self.page.wait_for_load_state("networkidle")
            wide, found = self._measured()
        assert wide <= 0, f"{name} is {wide} px wider than the screen"
        said = [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]
        assert said == [], "\n".join(said)

    def _measured(self) -> tuple[int, list[dict[str, Any]]]:
        """How many px the page is wider than the screen, and what axe found."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide, axe.Axe().run(self.page).response["violations"]


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: playwright.Browser, site: Site, logged_in: dict[str, object]) -> Iterator[Visit]:
    """`visit("phone", "dark", "zh-hans", who="manager").check_page("/customers/")`; who="" for nobody."""
    contexts = []

    def open_page(
        size: str = "desktop",
        theme: str = "light",
        language: str = "zh-hans",
        who: str = "owner",
        *,
        script: bool = True,
    ) -> Visitor:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale={"zh-hans": "zh-CN", "zh-hant": "zh-TW", "en": "en-GB"}[language],
            storage_state=logged_in[who] if who else None,
            has_touch=size == "phone",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        visitor = Visitor(page, site, f"{size}-{theme}-{language}", [])
        _listen(page, site, visitor.troubles)
        return visitor

    yield open_page
    for context in contexts:
        context.close()


def _listen(page: playwright.Page, site: Site, troubles: list[str]) -> None:
    def request(sent: playwright.Request) -> None:
        if not sent.url.startswith((site.url, "data:", "blob:")):
            troubles.append(f"left the machine: {sent.url}")

    def response(received: playwright.Response) -> None:
        if received.status >= 400 and received.request.resource_type != "document":
            troubles.append(f"{received.status}: {received.url}")

    def console(message: playwright.ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            troubles.append(f"console: {message.text}")

    page.on("request", request)

    def failed(request: playwright.Request) -> None:
        """A part that was on its way when the page was left is no trouble."""
        left = request.resource_type in ("xhr", "fetch") and "ERR_ABORTED" in (request.failure or "")
        if not left:
            troubles.append(f"failed: {request.url} {request.failure}")

    page.on("response", response)
    page.on("console", console)
    page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    page.on("requestfailed", failed)
