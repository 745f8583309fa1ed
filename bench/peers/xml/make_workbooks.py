"""Writes three large workbooks as programs write them, into the folder named.

Needs XlsxWriter and openpyxl. The same numbers and words every time.
"""

import datetime
import pathlib
import random
import sys

import openpyxl
import xlsxwriter

WORDS = "invoice customer region quarter total paid open order number street city note plan north south".split()


def text(count):
    return " ".join(f"{random.choice(WORDS)}{random.randrange(1000)}" for _ in range(count))


def with_xlsxwriter(path, inline):
    """Numbers, dates, formulas and text, which is kept in the sheet (inline) or in a table of its own."""
    workbook = xlsxwriter.Workbook(path, {"constant_memory": inline})
    sheet = workbook.add_worksheet("Data")
    date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    money = workbook.add_format({"num_format": "#,##0.00"})
    for row in range(80_000):
        sheet.write_number(row, 0, row)
        sheet.write_datetime(row, 1, datetime.datetime(2020, 1, 1) + datetime.timedelta(days=row % 2000), date)
        sheet.write_string(row, 2, text(2))
        sheet.write_string(row, 3, text(4))
        for column in range(4, 9):
            sheet.write_number(row, column, round(random.uniform(0, 1e5), 2), money)
        sheet.write_formula(row, 9, f"=SUM(E{row + 1}:I{row + 1})", money, round(random.uniform(0, 5e5), 2))
    workbook.close()


def with_openpyxl(path):
    """Numbers of all their digits."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Data")
    for row in range(120_000):
        sheet.append([row, text(1)] + [random.random() * 1e4 for _ in range(10)])
    workbook.save(path)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    random.seed(7)
    with_xlsxwriter(folder / "xlsxwriter.xlsx", inline=False)
    with_xlsxwriter(folder / "xlsxwriter-inline.xlsx", inline=True)
    with_openpyxl(folder / "openpyxl.xlsx")
