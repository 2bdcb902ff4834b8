"""The floor: the least Python that does the same visible work, with no tenant, session, consent, wall, seal
or audit.

It is not a way to build the platform; it is the zero of the scale. Same server, same threads, same
database, same pool size, hand-written SQL through psycopg, one compiled template.
"""

import json
import os
import uuid

from flask import Flask, Response, jsonify, redirect, request
from jinja2 import DictLoader, Environment
from psycopg_pool import ConnectionPool

SCHEMA = """
CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE IF NOT EXISTS bench.person (id uuid PRIMARY KEY, name text NOT NULL, unit text NOT NULL);
CREATE TABLE IF NOT EXISTS bench.response (
  id uuid PRIMARY KEY, person_id uuid NOT NULL, answers jsonb NOT NULL, made_at timestamptz NOT NULL DEFAULT
  now());
CREATE TABLE IF NOT EXISTS bench.room (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO bench.room SELECT n, '房间 ' || n FROM generate_series(1, 100) n ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS bench.booking (
  id uuid PRIMARY KEY, room_id int NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
  EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&));
CREATE INDEX IF NOT EXISTS ix_booking_starts ON bench.booking (starts_at);
"""
PERSON = uuid.UUID("00000000-0000-7000-8000-000000000001")
ITEMS = 9
FORM = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title>
<link rel="stylesheet" href="/static/app.css"></head><body><main><h1>{{ title }}</h1><p>{{ name }}</p>
<form method="post">{% for text in items %}{% set item = loop.index0 %}<fieldset><legend>{{ loop.index }}.
{{ text }}</legend> {% for option in options %}<label><input type="radio" name="q{{ item }}" value="{{
loop.index0 }}" required> {{ option }}</label>{% endfor %}</fieldset>{% endfor %}<button>{{ send
}}</button></form></main></body></html>"""
GRID = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{ day }}</title>
<link rel="stylesheet" href="/static/app.css"></head><body><main><h1>{{ day }}</h1><table>{% for room in rooms %}
<tr><th>{{ room.name }}</th>{% for hour in range(24) %}<td>{% if hour in room.taken %}已占用{% else %}<a
href="/book?room={{ room.id }}&amp;hour={{ hour }}">{{ hour }}:00</a>{% endif %}</td>{% endfor %}</tr>{% endfor %}
</table></main></body></html>"""
TEXTS = [f"在过去两周里，这样的情况有多少天？第 {number} 题" for number in range(1, ITEMS + 1)]
OPTIONS = ["完全没有", "好几天", "超过一半的天数", "几乎每天"]

app = Flask(__name__)
templates = Environment(loader=DictLoader({"form": FORM, "grid": GRID}), autoescape=True)
_form, _grid = templates.get_template("form"), templates.get_template("grid")
_pool: ConnectionPool | None = None


def pool() -> ConnectionPool:
    """Opened in the worker that uses it: a pool must not be inherited."""
    global _pool  # noqa: PLW0603  (one per process, as in any small app)
    if _pool is None:
        url, size = os.environ["BENCH_DATABASE_URL"], int(os.environ["BENCH_POOL_SIZE"])
        _pool = ConnectionPool(url, min_size=1, max_size=size, open=True, kwargs={"autocommit": True})
    return _pool


@app.get("/healthz")
def healthz() -> str:
    return "ok"


@app.get("/read")
def read() -> Response:
    """The raw point read: one row by its key, as JSON."""
    with pool().connection() as connection:
        row = connection.execute(
            "SELECT id, name, unit FROM bench.person WHERE id = %s", (PERSON,)
        ).fetchone()
    return jsonify(id=str(row[0]), name=row[1], unit=row[2])


@app.post("/insert")
def insert() -> Response:
    """The bare INSERT request: nine answers, one row."""
    return jsonify(id=str(_store(request.form)))


@app.get("/form")
def form() -> str:
    """The first half of the browser flow: who is it, and the form."""
    with pool().connection() as connection:
        row = connection.execute("SELECT name FROM bench.person WHERE id = %s", (PERSON,)).fetchone()
    return _form.render(title="PHQ-9", name=row[0], items=TEXTS, options=OPTIONS, send="提交")


@app.post("/form")
def submit() -> Response:
    """The second half: store, then go on as every form does."""
    return redirect(f"/done/{_store(request.form)}", 303)


@app.post("/book")
def book() -> tuple[Response, int]:
    """One INSERT that the database excludes when the room is taken."""
    booking_id, told = uuid.uuid4(), request.form
    with pool().connection() as connection:
        made = connection.execute(
            "INSERT INTO bench.booking VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            (booking_id, int(told["room"]), told["starts"], told["ends"]),
        ).fetchone()
    return (jsonify(id=str(booking_id)), 201) if made else (jsonify(), 409)


@app.get("/free")
def free() -> Response:
    """The rooms of a hundred that are free at a time."""
    told = request.args
    with pool().connection() as connection:
        rows = connection.execute(
            "SELECT id, name FROM bench.room r WHERE NOT EXISTS (SELECT 1 FROM bench.booking b WHERE b.room_id = r.id "
            "AND tstzrange(b.starts_at, b.ends_at) && tstzrange(%s, %s)) ORDER BY id",
            (told["starts"], told["ends"]),
        ).fetchall()
    return jsonify([{"id": row[0], "name": row[1]} for row in rows])


@app.get("/day")
def day() -> str:
    """A hundred rooms and one day, as a page."""
    on = request.args["on"]
    with pool().connection() as connection:
        rooms = connection.execute("SELECT id, name FROM bench.room ORDER BY id").fetchall()
        taken = connection.execute(
            "SELECT room_id, extract(hour FROM starts_at)::int FROM bench.booking "
            "WHERE starts_at >= %s::date AND starts_at < %s::date + 1",
            (on, on),
        ).fetchall()
    hours: dict[int, set[int]] = {}
    for room_id, hour in taken:
        hours.setdefault(room_id, set()).add(hour)
    shown = [{"id": row[0], "name": row[1], "taken": hours.get(row[0], ())} for row in rooms]
    return _grid.render(day=on, rooms=shown)


def _store(fields) -> uuid.UUID:
    answers = [int(fields[f"q{number}"]) for number in range(ITEMS)]
    response_id = uuid.uuid4()
    with pool().connection() as connection:
        connection.execute(
            "INSERT INTO bench.response (id, person_id, answers) VALUES (%s, %s, %s::jsonb)",
            (response_id, PERSON, json.dumps(answers)),
        )
    return response_id
