"""The red and the black list, and files beside purchases, in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("browser")


def test_customers_are_put_on_a_list_seen_on_the_card_and_taken_off(visit) -> None:
    there = visit(language="en")
    there.page.goto(f"{there.site.url}/lists/")
    there.page.fill("#list_keys", "12\n13, nobody-of-this-name")
    there.page.select_option("#list_list_code", "black")
    there.page.fill("#list_reason", "Three bills late")
    there.page.locator("form button.primary").click()
    there.page.wait_for_selector("tbody tr:nth-child(2)")
    there.look("lists-black")
    there.check_page("/lists/?list=black", "lists-filled")
    there.check_page("/customers/12/", "customer-on-a-list")
    assert "Three bills late" in there.page.locator(".notice.bad").first.inner_text()
    there.page.goto(f"{there.site.url}/customers/12/lists/")
    there.page.locator("form[action$='take-off/'] button").click()
    there.page.wait_for_url("**/customers/12/")
    assert there.page.locator(".notice.bad").count() == 0


@pytest.mark.parametrize(("size", "theme", "language"), [("desktop", "dark", "zh-hans"), ("phone", "light", "zh-hant")])
def test_a_file_of_answers_is_recognised_and_shown(visit, tmp_path: Path, size: str, theme: str, language: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(f"客户编号,调查日期,满意度,NPS\n1,2017-03-01,5,{len(size)}\n2,昨天,9,8\n", "utf-8")
    there = visit(size, theme, language)
    there.page.goto(f"{there.site.url}/data/")
    there.page.set_input_files("input[type=file]", str(file))
    there.page.locator("form[data-upload] button.primary").click()
    there.page.wait_for_url("**/data/*/")
    assert there.page.locator("select[name=kind]").input_value() == "surveys"
    assert "csat" in there.page.locator("thead").last.inner_text() + there.page.content()
    there.look("upload-answers")
