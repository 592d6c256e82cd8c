"""The door in a browser: from a mark to its customers, and a file from upload to scores."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("browser")


def test_a_mark_of_the_pyramid_leads_to_its_customers(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/")
    page.locator("svg a[href='/customers/?tier=A']:visible").first.click()
    page.wait_for_url("**/customers/?tier=A")
    assert page.locator("tbody tr").count() >= 20


def test_a_cell_of_profit_leads_to_as_many_customers_as_it_says(visit: object) -> None:
    visitor = visit(language="en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/classes/rfm/")
    cell = page.locator("svg a[href='/customers/?rfm_f=5&rfm_m=5']:visible").first
    count = re.search(r"([0-9,]+) cust\.", cell.get_attribute("aria-label") or "")
    cell.click()
    page.wait_for_url("**/customers/?rfm_f=5&rfm_m=5")
    assert count is not None
    assert f"{count[1]} customers" in page.locator("[role=status].strong").inner_text()


def test_weights_are_changed_and_tried_on_a_phone(visit: object) -> None:
    visitor = visit("phone", "dark", "en")  # type: ignore[operator]
    page = visitor.page
    page.goto(visitor.site.url + "/classes/type/edit/")
    page.get_by_text("Trendy 7 indicators").click()
    page.get_by_label("Trendy: weight of Share of new products").fill("")
    page.get_by_label("Trendy: added indicator 1", exact=True).select_option("categories")
    page.get_by_role("button", name="Preview").click()
    page.locator("#preview .notice").wait_for()
    wrong = "Trendy: weight of added indicator 1: Give the indicator a weight."
    assert wrong in page.locator("#preview").inner_text()
    page.get_by_label("Trendy: weight of added indicator 1").fill("2")
    page.get_by_role("button", name="Preview").click()
    page.locator("#preview table").first.wait_for(timeout=30_000)
    visitor.look("class-edit-type-tried")


def test_a_file_goes_from_upload_to_scores(visit: object, tmp_path: Path) -> None:
    visitor = visit(language="en", who="manager")  # type: ignore[operator]
    page, url = visitor.page, visitor.site.url
    lines = ["who,when,paid", *(f"shop-{n % 30},2017-{1 + n % 12:02d}-{1 + n % 27:02d},{n}.50" for n in range(300))]
    file = tmp_path / "订单.csv"
    file.write_text("\n".join([*lines, "shop-1,soon,5"]), "gb18030")
    page.goto(url + "/data/")
    page.set_input_files("input[type=file]", file)
    page.locator("main form button.primary").click()
    page.wait_for_url("**/data/*/")
    visitor.look("columns")
    page.select_option("select[name=customer]", "who")
    page.select_option("select[name=time]", "when")
    page.select_option("select[name=amount]", "paid")
    page.get_by_role("button", name="Look again").click()
    page.wait_for_load_state("networkidle")
    visitor.look("columns-chosen")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Download the rows set aside").wait_for(timeout=60_000)
    page.wait_for_load_state("networkidle")
    assert "Imported" in page.content()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download the rows set aside").click()
    assert "soon" in downloaded.value.path().read_text("utf-8-sig")
    visitor.troubles.clear()  # the browser calls every download an aborted page
    visitor.look("import-report")
    page.goto(url + "/runs/")
    visitor.look("run-under-way")
    for _ in range(90):
        page.goto(url + "/customers/?q=shop-1")
        if page.locator("tbody tr").count():
            break
        page.wait_for_timeout(1000)
    assert "shop-1" in page.locator("tbody").inner_text()
