"""A business in processes of its own, for tests that kill them: `python killed.py begin|work FOLDER [WHERE]`.

`begin` makes a business with an import of 40 customers asked for and a run after it; `work` runs jobs until none is
ready. `WHERE` names the moment at which the worker writes the file `there` and then waits to be killed.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from shuke.crm.jobs import worker, writes  # noqa: E402
from shuke.crm.jobs.models import Job  # noqa: E402
from shuke.crm.scores import writes as scores  # noqa: E402
from shuke.crm.scores.models import Run  # noqa: E402
from shuke.insight import jobs  # noqa: E402
from shuke.insight.facts import business_ledger  # noqa: E402
from shuke.insight.models import Upload  # noqa: E402
from shuke.insight.writes import bring, start_import  # noqa: E402

FOLDER = Path(sys.argv[2]) if __name__ == "__main__" else Path()  # the examples in docstrings are looked for here too


def begin() -> None:
    call_command("migrate", verbosity=0)
    lines = ["客户编号,购买日期,金额"]
    lines += [
        f"c{n:02d},2024-{1 + visit:02d}-{1 + n % 28:02d},{10 + n}.50" for n in range(40) for visit in range(1 + n % 9)
    ]
    upload = bring(name="订单.csv", pieces=["\n".join(lines).encode("gbk")], by=None)
    start_import(upload=upload, by=None, language="zh-hans", score_after=True)


def work() -> None:
    while worker.run_next(worker=writes.worker_name()) is not None:
        pass


def recover() -> None:
    writes._BACK_OFF_SECONDS = (0,)
    writes.recover()


def told() -> str:
    states = [f"{job.kind}:{job.state}:{job.attempts}" for job in Job.objects.order_by("pk")]
    run = Run.objects.exclude(state=Run.State.OLD)
    runs = [f"{one.state}:{one.customers}" for one in run.order_by("pk")]
    rows = [f"{made.state}:{made.rows}" for made in business_ledger().imports()]
    uploads = [str(upload.state) for upload in Upload.objects.order_by("pk")]
    return " ".join([*states, "|", *uploads, "|", *rows, "|", *runs])


def wait_to_be_killed(*_: Any, **__: Any) -> Any:
    (FOLDER / "there").touch()
    time.sleep(120)


def stop_at(where: str) -> None:
    """Let the worker come as far as that, and no further."""
    match where:
        case "before the rows are booked":
            jobs.book = wait_to_be_killed
        case "after the rows are booked":
            book = jobs.book

            def booked(*given: Any, **named: Any) -> Any:
                book(*given, **named)
                wait_to_be_killed()

            jobs.book = booked
        case "in the middle of a run":
            jobs.score = wait_to_be_killed
        case "in the middle of publishing":
            scores._CHUNK = 7
            write, count = scores._write_chunk, []

            def chunk(*given: Any) -> Any:
                written = write(*given)
                count.append(1)
                if len(count) == 3:
                    wait_to_be_killed()
                return written

            scores._write_chunk = chunk


if __name__ == "__main__":
    if sys.argv[1] == "begin":
        begin()
    else:
        stop_at(sys.argv[3] if len(sys.argv) > 3 else "")
        recover()
        work()
        sys.stdout.write(told())
