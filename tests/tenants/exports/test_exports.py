"""Lists leave as CSV and XLSX: whole, harmless, for those who may, and noted."""

from __future__ import annotations

import csv
import io

from python_calamine import CalamineWorkbook

from tests.support.cases import make_provider


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline="")))


def test_providers_leave_as_csv_and_xlsx_with_formulas_defused_and_the_act_noted(clinic, other_clinic):
    make_provider(clinic, "=HYPERLINK(1)")
    make_provider(clinic, "Ruiz", license_number="-12")
    make_provider(other_clinic, "Elsewhere")
    answer = clinic.manager.api.call("GET", clinic.url("/exports/providers.csv"))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=providers.csv"
    found = rows_of(answer)
    assert [row[0] for row in found] == ["Last name", "'=HYPERLINK(1)", "Ruiz"]
    assert found[2][4] == "'-12"
    page = clinic.admin.pages.client.get(clinic.page("/exports/providers.xlsx"))
    assert page.status_code == 200
    assert int(page.headers["Content-Length"]) == len(page.data)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(page.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet] == ["Last name", "'=HYPERLINK(1)", "Ruiz"]
    acts = clinic.manager.api.get(clinic.url("/audit"))["items"]
    noted = [(each["summary"], each["actor_name"]) for each in acts if each["action"] == "list.exported"]
    assert sorted(noted) == [
        ("exported providers as CSV, 2 rows", clinic.manager.name),
        ("exported providers as XLSX, 2 rows", clinic.admin.name),
    ]


def test_filters_narrow_and_unknown_lists_and_forms_do_not_exist(clinic):
    make_provider(clinic, "Stays")
    assert len(rows_of(clinic.manager.api.call("GET", clinic.url("/exports/providers.csv?status=left")))) == 1
    for path in ("/exports/nothing.csv", "/exports/providers.pdf"):
        clinic.manager.api.get(clinic.url(path), expect=404)


def test_every_list_opens_and_the_page_names_it(clinic):
    make_provider(clinic, "Ortiz")
    names = {item["name"] for item in clinic.manager.api.get(clinic.url("/exports"))["items"]}
    assert {"providers", "credentials", "requirements", "verifications", "expirables", "screening", "packets"} <= names
    assert "holds" in names
    clinic.manager.api.get(clinic.url("/exports/holds.csv?on=13/45/2025"), expect=422)
    page = clinic.manager.pages.get(clinic.page("/exports"))
    for name in names:
        assert f"/exports/{name}.xlsx" in page
        answer = clinic.manager.api.call("GET", clinic.url(f"/exports/{name}.csv"))
        assert answer.status_code == 200, name
        header, *rest = rows_of(answer)
        assert all(len(row) == len(header) for row in rest)
