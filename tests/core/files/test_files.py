"""Files are checked when they come, sealed while they stay, and leave only for whom they are."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from anxin.documents import Document, Sheet, workbook
from anxin.files import JPEG, PDF, PNG, XLSX, Upload, drop_file, file_answer, keep_file, read_file
from anxin.files.rights import drop_expired, own_copy, own_erase
from anxin.kernel.actor import Actor
from anxin.kernel.errors import Invalid, NotFound, ProgrammingError
from anxin.tasks.entries import FileTaken


def keep(ctx, data=b"content", **more):
    ctx.unaudited("test")
    return keep_file(
        ctx, data, **({"name": "名单.csv", "media_type": "text/csv", "kind": "test.file"} | more)
    )


def test_what_is_kept_is_read_again(scope, tenant) -> None:
    with scope(tenant) as ctx:
        kept = keep(ctx)
    with scope(tenant) as ctx:
        file, content = read_file(ctx, kept.id, kind="test.file")
    assert (file, content) == (kept, b"content")


def test_name_and_content_are_sealed(scope, tenant, superuser) -> None:
    with scope(tenant) as ctx:
        kept = keep(ctx, b"a secret inside")
    row = superuser.execute(
        sa.text("SELECT sealed_name, content FROM core.file WHERE id = :i"), {"i": kept.id}
    ).one()
    assert b"secret" not in bytes(row.content)
    assert "名单".encode() not in bytes(row.sealed_name)


def test_another_tenant_or_kind_finds_nothing(scope, tenant, other_tenant) -> None:
    with scope(tenant) as ctx:
        kept = keep(ctx)
    for where, kind in ((other_tenant, "test.file"), (tenant, "other.file")):
        with scope(where) as ctx, pytest.raises(NotFound):
            read_file(ctx, kept.id, kind=kind)


def test_a_file_ends_with_its_time(scope, tenant, superuser) -> None:
    with scope(tenant) as ctx:
        kept = keep(ctx, keep=timedelta(hours=1))
        ctx.now += timedelta(hours=2)
        with pytest.raises(NotFound):
            read_file(ctx, kept.id, kind="test.file")
        drop_expired(ctx)
    assert superuser.scalar(sa.text("SELECT count(*) FROM core.file WHERE id = :i"), {"i": kept.id}) == 0


def test_a_persons_file_stands_behind_the_employer_wall(scope, person, runtime) -> None:
    """Not even plain SQL of a colleague in the same tenant reads it; the person does."""
    owner, colleague = person("employee"), person("employee", "union_admin")
    with scope(owner.tenant) as ctx:
        theirs, papers = keep(ctx, subject_id=owner.id).id, keep(ctx).id
    for someone, expected in ((owner, {theirs, papers}), (colleague, {papers})):
        with runtime.engine.connect() as connection:
            connection.execute(sa.text("SELECT guard.enter(:t)"), {"t": someone.token})
            seen = set(connection.scalars(sa.text("SELECT id FROM core.file")))
            assert seen & {theirs, papers} == expected


def test_reading_anothers_file_needs_an_entry(scope, person, runtime, agency_person) -> None:
    owner = person("employee")
    with scope(owner.tenant) as ctx:
        kept = keep(ctx, subject_id=owner.id)
    helper = agency_person("helper", tenant=owner.tenant)
    with pytest.raises(ProgrammingError), scope(owner.tenant, Actor("person", "clinical", helper.id)) as ctx:
        read_file(ctx, kept.id, kind="test.file")
    with scope(owner.tenant, Actor("person", "clinical", helper.id)) as ctx:
        read_file(ctx, kept.id, kind="test.file")
        ctx.audit(FileTaken(task_id=kept.id, file_id=kept.id, subject_id=owner.id))


def test_copy_and_erasure(scope, person, superuser) -> None:
    owner = person("employee")
    with scope(owner.tenant) as ctx:
        keep(ctx, b"mine", subject_id=owner.id)
        assert own_copy(ctx, owner.id)["files"][0]["content_base64"] == "bWluZQ=="
        assert own_erase(ctx, owner.id) == {"file": 1}


def test_dropping_tells_whether_there_was_one(scope, tenant) -> None:
    with scope(tenant) as ctx:
        kept = keep(ctx)
        assert [drop_file(ctx, kept.id), drop_file(ctx, kept.id)] == [True, False]


def test_an_answer_is_a_download_nobody_runs(app, scope, tenant) -> None:
    with scope(tenant) as ctx:
        file = keep(ctx, name='a"b\r\nSet-Cookie: x 名单.html', media_type="text/html")
    answer = file_answer(file, b"<script>", inline=True)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''a%22b%20Set-Cookie")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


# ---- uploads ---------------------------------------------------------------------------------------------------------


def photo(kind="JPEG", size=(64, 48), **more) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(target, kind, **more)
    return target.getvalue()


def test_a_photo_loses_where_and_when_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SecretCamera", 6  # the maker, and "turn me"
    taken = Upload().check("照片.jpeg", photo(exif=exif))
    assert taken.media_type == JPEG
    assert taken.name == "照片.jpg"
    assert b"SecretCamera" not in taken.data
    with Image.open(io.BytesIO(taken.data)) as shown:
        assert shown.size == (48, 64), "turned upright"
        assert not shown.getexif()


def test_what_hides_behind_a_picture_is_gone() -> None:
    assert b"<script>" not in Upload().check("x.png", photo("PNG") + b"<script>alert(1)</script>").data


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<html><script>"),
        ("a.jpg", b"MZ\x90\x00"),
        ("a.jpg", b"\xff\xd8\xffbroken"),
        ("a.png", photo("PNG")[:40]),
        ("a.svg", b"<svg onload='x'/>"),
        ("a.png", b""),
        ("a.xlsx", b"PK\x03\x04nothing"),
        ("a.bmp", b"BM" + bytes(60)),
    ],
)
def test_other_things_are_refused_beside_the_field(name, content) -> None:
    with pytest.raises(Invalid) as refused:
        Upload(media_types=(JPEG, PNG, XLSX)).check(name, content)
    assert list(refused.value.fields) == ["file"]


def test_a_bomb_of_pixels_is_refused_unopened() -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    with pytest.raises(Invalid):
        Upload().check("a.png", bomb.getvalue())


def test_size_counts_before_anything_else() -> None:
    with pytest.raises(Invalid):
        Upload(max_bytes=10).check("a.png", photo("PNG"))


def test_documents_of_the_house_pass() -> None:
    upload = Upload(media_types=(PDF, XLSX))
    assert upload.check("a.pdf", Document("x").render()).media_type == PDF
    assert upload.check("C:\\x\\名单.xlsx", workbook([Sheet("a", ("b",), [("c",)])])).name == "名单.xlsx"
