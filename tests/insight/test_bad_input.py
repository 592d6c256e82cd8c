"""What people bring by mistake or on purpose, and what they are told: in their language, with nothing left behind."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from shuke.crm.people.models import User
from shuke.crm.scores.models import Run
from shuke.insight import cycles, writes
from shuke.insight.cycles import Parameters
from shuke.insight.facts import business_ledger
from shuke.insight.models import Upload
from shuke.kit.errors import InputError

pytestmark = pytest.mark.django_db
Visit = Callable[[User], Client]
LINES = "客户,日期,金额\n甲,2024-01-02,5\n乙,2024-01-03,6\n甲,2024-02-03,7\n"
CHOSEN = {"customer": "客户", "time": "日期", "amount": "金额"}


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (80 << 20))
    return kept.getvalue()


def in_chinese(user: User, as_user: Visit) -> Client:
    User.objects.filter(pk=user.pk).update(language="zh-hans")
    return as_user(user)


def bring(client: Client, content: bytes, name: str = "x.csv") -> Any:
    return client.post("/data/", {"file": SimpleUploadedFile(name, content)}, follow=True)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"x" * ((1 << 20) + 1), "文件超过 1 MB"),
        (b"", "文件是空的"),
        (b"\n \n", "没有数据行"),
        ("客户,日期,金额\n".encode(), "没有数据行"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "不是表格文件"),
        (b"%PDF-1.7", "不是表格文件"),
        (bytes(range(256)) * 20, "不是表格文件"),
        (b"PK\x03\x04" + b"x" * 99, "损坏"),
        (b"PAR1" + b"x" * 99, "损坏"),
        (bomb(), "大得不合常理"),
    ],
    ids=["too large", "empty", "blank", "headers only", "png", "pdf", "bytes", "torn xlsx", "torn parquet", "zip bomb"],
)
def test_what_is_refused_says_why_in_the_users_language_and_leaves_nothing(
    business: Path, manager: User, as_user: Visit, content: bytes, told: str
) -> None:
    answer = bring(in_chinese(manager, as_user), content)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert Upload.objects.count() == 0
    assert files_in(business) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../x.csv", "x.csv"), ("a\x00b.csv", "ab.csv"),
     ("五" * 300 + ".csv", "五" * 65 + ".csv"), ("CON.csv", "_CON.csv"),
     ("..\\..\\win.csv", "win.csv"), ("<b>x</b>.csv", "b_.csv")],
)  # fmt: skip
def test_a_name_that_plays_tricks_becomes_a_harmless_one(
    business: Path, manager: User, as_user: Visit, name: str, kept: str
) -> None:
    client = as_user(manager)
    file = SimpleUploadedFile("x.csv", LINES.encode())
    file._name = name  # what a client sends, before Django looks at it
    answer = client.post("/data/", {"file": file}, follow=True)
    assert answer.status_code == 200
    upload = Upload.objects.get()
    assert upload.name == kept
    assert upload.path.parent.parent == business / "uploads"
    assert upload.path.exists()


def test_a_file_without_a_customer_column_asks_for_it_and_keeps_what_was_found(
    business: Path, manager: User, as_user: Visit
) -> None:
    client = in_chinese(manager, as_user)
    answer = bring(client, "哪位,日期,金额\n甲,2024-01-02,5\n".encode())
    text = answer.content.decode()
    assert "还不知道哪一列是：客户" in text
    form = answer.context["form"]
    assert (form["time"].value(), form["amount"].value(), form["customer"].value()) == ("日期", "金额", None)
    upload = Upload.objects.get()
    assert client.post(f"/data/{upload.pk}/import/", {"time": "日期", "amount": "金额"}).status_code == 400
    assert client.post(f"/data/{upload.pk}/import/", CHOSEN | {"customer": "哪位"}).status_code == 302


def test_a_unit_price_without_a_quantity_is_told_beside_the_field(
    business: Path, manager: User, as_user: Visit
) -> None:
    client = in_chinese(manager, as_user)
    bring(client, LINES.encode())
    answer = client.post(f"/data/{Upload.objects.get().pk}/import/", CHOSEN | {"amount": "", "unit_price": "金额"})
    assert answer.status_code == 400
    assert "用单价就要选数量列" in answer.content.decode()


def test_an_import_that_fails_says_why_in_the_readers_language(
    business: Path, manager: User, as_user: Visit, work: Any
) -> None:
    client = in_chinese(manager, as_user)
    bring(client, LINES.replace("2024-", "not a day ").encode())
    upload = Upload.objects.get()
    client.post(f"/data/{upload.pk}/import/", CHOSEN)
    (job,) = work()
    assert (job.state, job.error_key) == ("failed", "insight.error.no_row_kept")
    text = client.get(f"/data/{upload.pk}/").content.decode()
    assert "没有一行可用" in text
    assert "下载未采用的行" in text
    assert "没有一行可用" in client.get(f"/jobs/{job.pk}/").content.decode()
    User.objects.update(language="en")
    assert "No row could be kept" in client.get(f"/jobs/{job.pk}/").content.decode()


def test_a_file_that_is_there_already_says_so_before_and_cannot_be_imported_twice(
    scored: Upload, manager: User, as_user: Visit, work: Any
) -> None:
    client = in_chinese(manager, as_user)
    answer = bring(client, scored.path.read_bytes(), "另一个名字.csv")
    text = answer.content.decode()
    assert "已经在账本里" in text
    assert "订单.csv" in text
    assert f'href="/data/{scored.pk}/"' in text
    again = Upload.objects.exclude(pk=scored.pk).get()
    chosen = {field: column for field, (column, _) in again.preview["mapping"].items()}
    answer = client.post(f"/data/{again.pk}/import/", chosen, follow=True)
    assert "没有重复导入" in answer.content.decode()
    assert work() == []
    writes.undo_import(import_id=scored.import_id)
    assert "已经在账本里" not in client.get(f"/data/{again.pk}/").content.decode()
    client.post(f"/data/{again.pk}/import/", chosen)
    assert [job.state for job in work()] == ["done"]
    assert [made.state for made in business_ledger().imports()] == ["undone", "visible"]


def test_a_file_imported_on_the_command_line_counts_once_and_is_named(
    business: Path, manager: User, as_user: Visit, work: Any
) -> None:
    from shuke.cli import main

    file = business / "一月.csv"
    file.write_text(LINES, "utf-8")
    assert main(["score", str(file), "--ledger", str(business / "ledger"), "--quiet"]) == 0
    client = in_chinese(manager, as_user)
    text = bring(client, LINES.encode(), "同一份.csv").content.decode()
    assert "已经在账本里" in text
    assert "“一月.csv”" in text
    assert str(business) not in text


def test_the_rules_of_a_shops_export_hold_when_its_columns_are_imported_as_they_are(
    business: Path, manager: User, as_user: Visit, work: Any
) -> None:
    export = Path(__file__).parents[1] / "collect" / "exports" / "youzan.csv"
    client = as_user(manager)
    answer = bring(client, export.read_bytes(), "youzan.csv")
    form, upload = answer.context["form"], Upload.objects.get()
    told = {name: form[name].value() for name in form.fields if form[name].value()}
    client.post(f"/data/{upload.pk}/import/", told)
    assert [job.state for job in work()] == ["done", "done"]
    upload.refresh_from_db()
    assert upload.mapping == {}
    assert upload.quality["mapping"]["preset"] == "youzan"
    assert upload.quality["set_aside"]["reject.no_sale"]["rows"] > 0


def test_a_formula_in_a_file_runs_in_none_of_the_files_that_leave(
    business: Path, manager: User, as_user: Visit, work: Any
) -> None:
    evil = "=cmd|' /C calc'!A0"
    lines = f"客户,日期,金额,商品\n{evil},2024-01-02,5,茶\n{evil},2024-02-02,5,茶\n@x,never,5,{evil}\n"
    upload = writes.bring(name="x.csv", pieces=[lines.encode()], by=None)
    writes.start_import(upload=upload, by=None, language="en", score_after=True)
    assert [job.state for job in work()] == ["done", "done"]
    client, run = as_user(manager), Run.objects.get(state="current")
    rejects = b"".join(client.get(f"/data/{upload.pk}/rejects/").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    answer = client.post(f"/runs/{run.run_id}/scores/", {"format": "csv"})
    scores = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    answer = client.post("/customers/-/export/")
    listed = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    for text in (rejects, scores, listed):
        cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
        assert any("calc" in cell or "@x" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]


def test_a_run_that_fails_says_why_and_the_scores_before_stay(
    scored: Upload, manager: User, as_user: Visit, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise InputError.of("error.cycle.no_purchase")

    monkeypatch.setattr(cycles, "publish", broken)
    client = in_chinese(manager, as_user)
    client.post("/runs/", {"horizon_days": "365", "period_days": "90", "discount_rate": "10", "tiers": "abcd",
                           "tier_by": "clv_minor"})  # fmt: skip
    assert [job.state for job in work()] == ["failed"]
    text = client.get("/runs/").content.decode()
    assert "最近一次评分没有成功：没有可以评分的购买" in text
    assert client.get("/").context["run"].run_id == "run-year"


def test_of_two_runs_the_second_waits_and_says_for_which(scored: Upload, manager: User, as_user: Visit) -> None:
    first = writes.start_run(parameters=Parameters(as_of="2024-10-31", model="bg_nbd"), by=manager)
    second = writes.start_run(parameters=Parameters(as_of="2024-11-30", model="bg_nbd"), by=manager)
    client = in_chinese(manager, as_user)
    text = client.get(f"/jobs/{second.job_id}/progress/").content.decode()
    assert f"正在等待 #{first.job_id} 结束" in text
    assert "一次只运行一个" not in client.get(f"/jobs/{first.job_id}/progress/").content.decode()


def test_what_is_undone_is_gone_from_the_next_run(scored: Upload, manager: User, as_user: Visit, work: Any) -> None:
    client = as_user(manager)
    more = writes.bring(name="more.csv", pieces=[LINES.encode()], by=None)
    writes.start_import(upload=more, by=None, language="en", score_after=True)
    work()
    assert Run.objects.get(state="current").customers == 42
    more.refresh_from_db()
    assert f"/data/imports/{more.import_id}/undo/" in client.get(f"/data/{more.pk}/").content.decode()
    client.post(f"/data/imports/{more.import_id}/undo/")
    writes.start_run(parameters=Parameters(), by=None)
    work()
    assert Run.objects.get(state="current").customers == 40


def test_without_any_purchase_left_a_run_fails_and_the_scores_stay(scored: Upload, work: Any) -> None:
    writes.undo_import(import_id=scored.import_id)
    writes.start_run(parameters=Parameters(), by=None)
    (job,) = work()
    assert (job.state, job.error_key) == ("failed", "error.cycle.no_purchase")
    assert Run.objects.get(state="current").run_id == "run-year"


def test_an_import_undone_on_the_command_line_is_open_again(
    scored: Upload, manager: User, as_user: Visit, work: Any
) -> None:
    business_ledger().undo(scored.import_id)
    client = as_user(manager)
    assert "no longer counts" in client.get(f"/data/{scored.pk}/").content.decode()
    chosen = {field: column for field, (column, _) in scored.preview["mapping"].items()}
    client.post(f"/data/{scored.pk}/import/", chosen)
    assert [job.state for job in work()] == ["done"]
    assert [made.state for made in business_ledger().imports()] == ["undone", "visible"]


def test_an_upload_that_was_undone_and_came_again_is_the_same_persons_both_times(
    business: Path, manager: User, as_user: Visit, work: Any
) -> None:
    upload = writes.bring(name="x.csv", pieces=[LINES.encode()], by=manager)
    for _ in range(2):
        writes.start_import(upload=upload, by=manager, language="en")
        work()
        writes.undo_import(import_id=Upload.objects.get().import_id)
    rows = as_user(manager).get("/data/").context["rows"]
    assert [(row["by"], row["url"]) for row in rows] == [(str(manager), f"/data/{upload.pk}/")] * 2


def test_a_file_thrown_away_is_gone_from_the_disk(
    upload: Upload, manager: User, as_user: Visit, django_capture_on_commit_callbacks: Any
) -> None:
    place = upload.place
    assert place.exists()
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_user(manager).post(f"/data/{upload.pk}/discard/", follow=True)
    assert answer.redirect_chain[-1][0] == "/data/"
    assert not place.exists()
    assert not Upload.objects.exists()
