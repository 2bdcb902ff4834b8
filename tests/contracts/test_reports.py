"""Every report of every module: named columns, one answer for page, workbook and API, closed to whoever lacks its
permission, and no figure where too few people are.
"""

import io

import pytest
import python_calamine

from anxin.kernel.disclosure import Cell, Share
from anxin.reports import services

from .everything import fill


@pytest.fixture
def declared(runtime):
    found = [report for plugin in runtime.registry.plugins.values() for report in plugin.reports]
    assert len(found) >= 4
    return found


def test_page_workbook_and_api_tell_the_same(
    runtime, tenant, client_as, person, give_consent, declared
) -> None:
    fill(runtime, tenant.id)
    client = client_as(person("admin"))
    told = {one["name"] for one in client.get(f"{client.base}/api/reports/").json}
    listed = client.get(f"{client.base}/reports/").text
    for report in declared:
        assert report.name in told
        assert f"/reports/{report.name}" in listed
        page = client.get(f"{client.base}/reports/{report.name}")
        table = client.get(f"{client.base}/api/reports/{report.name}").json
        book = client.get(f"{client.base}/reports/{report.name}/sheet.xlsx")
        assert page.status_code == book.status_code == 200
        keys = [key for key, _title in report.columns]
        assert [one["key"] for one in table["columns"]] == keys
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0)
        head = [str(title) for _key, title in report.columns]
        lines = sheet.to_python()
        rows = lines[next(place for place, line in enumerate(lines) if line[: len(head)] == head) + 1 :]
        assert len(rows) == len(table["rows"])
        for row, line in zip(table["rows"], rows, strict=True):
            assert list(row) == keys
            for value, cell in zip(row.values(), line, strict=False):
                assert cell in ("—", value) if value is None else str(value) == _same(cell, value)


def _same(cell: object, value: object) -> str:
    """Excel keeps every number as a float."""
    return str(int(cell)) if isinstance(cell, float) and isinstance(value, int) else str(cell)


def test_without_its_permission_it_is_closed(client_as, person, declared) -> None:
    client = client_as(person("employee"))
    assert client.get(f"{client.base}/api/reports/").json == []
    assert "/reports/" not in client.get(f"{client.base}/").text, "nor is it in the navigation"
    for report in declared:
        for address in (f"/reports/{report.name}", f"/reports/{report.name}/sheet.xlsx"):
            assert client.get(client.base + address).status_code in (403, 404)
        assert client.get(f"{client.base}/api/reports/{report.name}").status_code in (403, 404)


def test_of_a_module_that_is_off_it_is_not_there(client_as, person, new_tenant, declared) -> None:
    client = client_as(person("admin", tenant=new_tenant(modules=[])))
    for report in declared:
        assert client.get(f"{client.base}/reports/{report.name}").status_code == 404
    assert client.get(f"{client.base}/reports/no.such").status_code == 404


def test_a_hidden_figure_is_a_dash_for_people_and_null_for_programs(declared) -> None:
    report = declared[0]
    keys = [key for key, _title in report.columns]
    made = services.Table(report, [dict.fromkeys(keys, Cell.hide()), dict.fromkeys(keys, Share.hide())])
    assert services.hides(made)
    assert services.values(made) == [dict.fromkeys(keys)] * 2
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(services.sheet(made)))
    assert sheet.get_sheet_by_index(0).to_python()[-1] == ["—"] * len(keys)
