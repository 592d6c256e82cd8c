"""Work for later as rows: enqueued with its cause, claimed once, retried with back-off, safe to run twice.

Enqueue with `writes.enqueue(kind="insight.run", payload={...}, exclusive_key="insight.run", started_by=user)`. The
setting SHUKE_JOBS names the handler of each kind, a function `handler(run: JobRun) -> Mapping | None`: `run.payload` is
what was enqueued, `run.progress("stage", done, total)` shows how far it is (outside any transaction) and stops the
handler when a user or the server asks. It gives back JSON; its `"url"` leads from the job's page to what came of it.
A `ShukeError` fails the job with its sentence at once; any other error is tried again, after 5, 30, 180 s. So is a job
whose worker was killed: whatever a handler writes must be harmless when written twice. A job of whose payload an
erasure took something out never runs (`writes.rewrite`).

Words on pages: `<app>.job.<name>` names the kind `<app>.<name>`, `<app>.stage.<stage>` a stage (else `cli.progress.…`).
"""
