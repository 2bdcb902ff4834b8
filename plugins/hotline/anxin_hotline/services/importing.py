"""An old call log, brought in from a CSV: columns are matched by what they are usually called, each row that cannot be
taken is named with its reason, and the same file again writes nothing.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from anxin.plugin import (
    Ctx,
    Invalid,
    Task,
    current_zone,
    job,
    keep_file,
    lazy,
    new_id,
    read_file,
    start_task,
    task_of,
)
from anxin_hotline import forms, policy
from anxin_hotline.calls import Call
from anxin_hotline.services import callers

KIND = "hotline.import"
MOST = 16 * 1024 * 1024
LARGEST = 50_000
BATCH = 500
FIELDS: dict[str, Any] = {
    "at": lazy("When"),
    "channel": lazy("How they got in touch"),
    "topic": lazy("What it was about"),
    "risk": lazy("How great the risk is"),
    "note": lazy("What was said"),
    "number": lazy("Number they called from"),
    "next": lazy("What comes next"),
}
NEEDED = ("at", "note")
SYNONYMS: dict[str, tuple[str, ...]] = {
    "at": ("来电时间", "时间", "日期", "通话时间", "接听时间", "date", "time", "when"),
    "channel": ("来电方式", "方式", "渠道", "channel"),
    "topic": ("主要议题", "议题", "问题类型", "咨询类型", "类别", "类型", "topic", "category"),
    "risk": ("风险等级", "风险评估", "风险", "危机等级", "risk", "level"),
    "note": ("通话记录", "内容", "来电内容", "记录", "摘要", "情况说明", "备注", "note", "notes", "summary"),
    "number": ("来电号码", "号码", "电话", "手机", "phone", "number"),
    "next": ("后续", "处理结果", "处置", "处理方式", "next", "outcome"),
}
RISKS: dict[str, int] = {
    **dict.fromkeys(("0", "无", "一般", "没有", "暂无风险", "none", "low0"), 0),
    **dict.fromkeys(("1", "低", "轻度", "轻度关注", "low"), 1),
    **dict.fromkeys(("2", "中", "高", "重点", "重点关注", "medium", "high"), 2),
    **dict.fromkeys(("3", "紧急", "危机", "极高", "crisis", "urgent"), 3),
}
SHAPES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y年%m月%d日",
)


@dataclass(frozen=True)
class Table:
    """A file as read: its header and rows, as text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Result:
    """What came of it; `refused` has (row number as the reader counts, reason)."""

    rows: int = 0
    calls: int = 0
    known: int = 0
    refused: list[tuple[int, Any]] = field(default_factory=list)


def read(data: bytes) -> Table:
    """CSV in UTF-8 or GB18030, with comma, semicolon or tab; merged title lines above the header are skipped."""
    text = _decoded(data)
    first = text[:4000]
    sign = max(",;\t", key=first.count)
    rows = [tuple(cell.strip() for cell in row) for row in csv.reader(io.StringIO(text), delimiter=sign)]
    rows = [row for row in rows if any(row)]
    for at, row in enumerate(rows[:10]):
        if sum(bool(_known(cell)) for cell in row) >= 2:
            found = rows[at + 1 :]
            if len(found) > LARGEST:
                raise Invalid(fields={"file": [lazy("At most 50,000 rows at once; split the file.")]})
            return Table(row, tuple(found))
    raise Invalid(fields={"file": [lazy("No header was found: name at least the time and what was said.")]})


def _decoded(data: bytes) -> str:
    for code in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(code)
        except UnicodeDecodeError:
            continue
    raise Invalid(fields={"file": [lazy("This file is no text; save it as CSV.")]})


def _plain(text: str) -> str:
    return "".join(text.split()).casefold().strip("*：:（）()")


def _known(cell: str) -> str | None:
    plain = _plain(cell)
    for name, called in SYNONYMS.items():
        if plain in {_plain(each) for each in called}:
            return name
    return None


def guess(table: Table) -> dict[str, int]:
    """Field → column, by what columns are usually called."""
    found: dict[str, int] = {}
    for at, cell in enumerate(table.header):
        name = _known(cell)
        if name is not None:
            found.setdefault(name, at)
    return found


def matched(table: Table, told: Mapping[str, int | None]) -> dict[str, int]:
    """Field → column as somebody said it; Invalid when a column that is needed is not matched."""
    match = {name: at for name, at in told.items() if at is not None and at < len(table.header)}
    missing: dict[str, list[Any]] = {
        name: [lazy("Choose the column.")] for name in NEEDED if name not in match
    }
    if missing:
        raise Invalid(fields=missing)
    return match


def preview(ctx: Ctx, table: Table, told: Mapping[str, int | None]) -> Result:
    """What an import would do with this match. Nothing is written."""
    match, form = matched(table, told), forms.current(ctx)
    result, seen = Result(rows=len(table.rows)), set[str]()
    for part in _parts(table):
        result.calls += len(_new(ctx, form[1], part, match=match, result=result, seen=seen))
    return result


def run(
    ctx: Ctx, table: Table, match: Mapping[str, int], progress: Callable[[int, int], None] | None = None
) -> Result:
    """Write the calls; Invalid when a column that is needed is not matched."""
    match = matched(table, match)
    form = forms.current(ctx)
    result, seen = Result(rows=len(table.rows)), set[str]()
    for part in _parts(table):
        _write(ctx, form[0], _new(ctx, form[1], part, match=match, result=result, seen=seen), result)
        if progress is not None:
            progress(part[-1][0] - 1, len(table.rows))
    ctx.audit(policy.CallsImported(calls=result.calls, refused=len(result.refused)))
    return result


def _parts(table: Table) -> Iterator[list[tuple[int, tuple[str, ...]]]]:
    """Rows with the number their reader counts, some at a time."""
    for first in range(0, len(table.rows), BATCH):
        yield list(enumerate(table.rows[first : first + BATCH], first + 2))


def _new(
    ctx: Ctx,
    definition: forms.Definition,
    rows: Sequence[tuple[int, Sequence[str]]],
    *,
    match: Mapping[str, int],
    result: Result,
    seen: set[str],
) -> list[tuple[str, dict[str, Any]]]:
    """The rows that are calls not here yet, by their token; the others are counted in `result`."""
    tokens = {_token(row) for _number, row in rows}
    seen |= set(
        ctx.scalars(sa.select(Call.token).where(Call.tenant_id == ctx.tenant.id, Call.token.in_(tokens)))
    )
    found = []
    for number, row in rows:
        token = _token(row)
        if token in seen:
            result.known += 1
            continue
        seen.add(token)
        try:
            found.append((token, _understood(ctx, definition, _cells(row, match))))
        except ValueError as wrong:
            result.refused.append((number, wrong.args[0]))
    return found


def _write(ctx: Ctx, version: int, found: Sequence[tuple[str, dict[str, Any]]], result: Result) -> None:
    if not found:
        return
    made = ctx.execute(
        pg.insert(Call)
        .values([_call(ctx, version, token, said) for token, said in found])
        .on_conflict_do_nothing(index_elements=["tenant_id", "token"])
        .returning(Call.id)
    )
    result.calls += len(made.all())


def _token(row: Sequence[str]) -> str:
    return "import-" + hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:40]


def _cells(row: Sequence[str], match: Mapping[str, int]) -> dict[str, str]:
    return {name: row[at] if at < len(row) else "" for name, at in match.items()}


def _understood(ctx: Ctx, definition: forms.Definition, cells: Mapping[str, str]) -> dict[str, Any]:
    """One row by the form in use. ValueError with the reason."""
    at, note = _moment(cells["at"]), cells["note"].strip()
    if at > ctx.now + timedelta(minutes=5):
        raise ValueError(lazy("This time is still to come."))
    if not note:
        raise ValueError(lazy("There are no words in this row."))
    return {
        "at": at,
        "note": note[: forms.TEXT],
        "number": cells.get("number", ""),
        "codes": {
            "risk": _risk(cells.get("risk", "")),
            "channel": code_for(definition, "channels", cells.get("channel", "")),
            "topic": code_for(definition, "topics", cells.get("topic", "")),
            "next": code_for(definition, "next", cells.get("next", "")),
        },
    }


def _call(ctx: Ctx, version: int, token: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a call, its words sealed with a key of its own."""
    caller = None
    if said["number"] and (index := callers.number_index(ctx, said["number"])) is not None:
        caller = callers.by_index(ctx, index) or callers.make(ctx, index=index)
    call_id = new_id()
    ctx.keys.fresh(call_id)
    return {
        "tenant_id": ctx.tenant.id,
        "id": call_id,
        "token": token,
        "state": "logged",
        "caller_id": caller,
        "form_version": version,
        "note": ctx.sealed(Call, "note", call_id, call_id, said["note"]),
        "started_at": said["at"],
        "answered_at": said["at"],
        "changed_at": ctx.now,
        "logged_at": said["at"],
        **said["codes"],
    }


def _moment(text: str) -> datetime:
    plain = " ".join(text.replace("T", " ").split())
    for shape in SHAPES:
        try:
            return datetime.strptime(plain, shape).replace(tzinfo=current_zone())
        except ValueError:
            continue
    raise ValueError(lazy("This is no time: write it like 2026-05-04 14:30."))


def _risk(text: str) -> int:
    if not text.strip():
        return 0
    level = RISKS.get(_plain(text))
    if level is None:
        raise ValueError(lazy("This risk is not known: write 0 to 3, or 无, 低, 高, 危机."))
    return level


def code_for(definition: forms.Definition, which: str, text: str) -> str:
    """The form's code for a word (of an old log, of another form); what it does not know is "other", or the first line."""
    plain = _plain(text)
    lines = definition.get(which, [])
    for line in lines:
        if plain and plain in {_plain(line["code"]), _plain(line["zh"]), _plain(line.get("en", ""))}:
            return line["code"]
    for line in lines:
        if plain and (plain in _plain(line["zh"]) or _plain(line["zh"]) in plain):
            return line["code"]
    codes = [line["code"] for line in lines]
    return "other" if "other" in codes else codes[0]


def refused_file(table: Table, refused: Iterable[tuple[int, Any]], reason: str) -> bytes:
    """The rows that were not taken, as the same file with the reason beside each."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*table.header, reason])
    for number, why in refused:
        writer.writerow([*(_safe(cell) for cell in table.rows[number - 2]), str(why)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(cell: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


# ---- on the page and over the API: the file waits sealed while columns are matched ----------------------------------


def put_by(ctx: Ctx, name: str, data: bytes) -> UUID:
    """Keep the file for a day; Invalid when it is no call log."""
    if not data or len(data) > MOST:
        raise Invalid(fields={"file": [lazy("Choose a CSV file of at most 16 MB.")]})
    read(data)
    kept = keep_file(ctx, data, name=name, media_type="text/csv", kind=KIND, keep=timedelta(days=1))
    ctx.audit(policy.CallsImported(calls=0, refused=0))
    return kept.id


def waiting(ctx: Ctx, file_id: UUID) -> Table:
    return read(read_file(ctx, file_id, kind=KIND)[1])


def start(ctx: Ctx, file_id: UUID, told: Mapping[str, int | None]) -> Task:
    """Run it as a task, which ends with the rows that were not taken as a file; Invalid while a column is missing."""
    match = matched(waiting(ctx, file_id), told)
    task = start_task(
        ctx,
        build,
        title=lazy("Importing an old call log"),
        back="hotline.desk",
        file_id=file_id,
        match=",".join(f"{name}:{at}" for name, at in sorted(match.items())),
    )
    ctx.audit(policy.CallsImported(calls=0, refused=0))
    return task


@job("hotline.import")
def build(ctx: Ctx, *, task_id: str, file_id: str, match: str) -> None:
    task = task_of(ctx, task_id)
    table = waiting(ctx, UUID(file_id))
    columns = {name: int(at) for name, _colon, at in (each.partition(":") for each in match.split(","))}
    result = run(ctx, table, columns, task.report)
    kept = None
    if result.refused:
        data = refused_file(table, result.refused, str(lazy("Why not taken")))
        kept = keep_file(
            ctx, data, name="refused.csv", media_type="text/csv", kind="task.result", keep=timedelta(days=7)
        )
    task.finish(
        file=kept,
        counts={
            "rows": result.rows,
            "calls": result.calls,
            "known": result.known,
            "refused": len(result.refused),
        },
    )
