"""How long it takes to check and to apply a list of positions, beside reading the file bare.

    .venv/bin/python -m benchmarks.imports [ROWS]

Prints seconds and the ratio to reading the same workbook with python-calamine in a process of
its own and nothing else. Uses a database of its own (``XUNPIN_TEST_DATABASE_URL`` for
PostgreSQL). Memory is the peak of this process and of its largest child.
"""

import io
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from time import perf_counter

import xlsxwriter

from app.core.db import db
from app.core.transaction import transaction
from app.factory import create_app
from app.imports import services
from app.imports.states import ImportKind
from tests.databases import empty_database, make_settings
from tests.imports.tables import company_name, credit_code, posting

HEAD = ["序号", "单位名称", "统一社会信用代码", "岗位名称", "招聘人数", "学历要求", "专业要求"]
HEAD += ["薪资待遇", "工作地点", "岗位职责", "任职要求", "联系人", "联系电话"]
DUTY = "负责公司产品的结构设计与改进，配合生产部门解决现场技术问题，编写工艺文件，跟踪样件试制。"
WANTED = "熟练使用 CAD、SolidWorks，工作认真，有团队精神，两年以上相关经验优先。"
BARE = (
    "import sys, python_calamine as c\n"
    "for row in c.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows(): pass"
)


def workbook(count: int) -> bytes:
    random, target = Random(3), io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("岗位")
        sheet.write_row(0, 0, HEAD)
        for n in range(count):
            company = n // 20 + 1
            cells = posting(n, random)[1:7]
            known = [n + 1, company_name(company), credit_code(company)]
            rest = [f"{DUTY}（{n}）", WANTED, "陈经理", "13800138000"]
            sheet.write_row(n + 1, 0, [*known, *cells, *rest])
    return target.getvalue()


def megabytes(who: int) -> int:
    return resource.getrusage(who).ru_maxrss // 1024


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(tempfile.mkdtemp(prefix="xunpin-bench-"))
    data = workbook(count)
    (folder / "bare.xlsx").write_bytes(data)
    url = empty_database("imports")
    app = create_app(make_settings(folder, url))
    with app.app_context():
        db.create_all()
        began = perf_counter()
        subprocess.run([sys.executable, "-c", BARE, str(folder / "bare.xlsx")], check=True)
        bare = perf_counter() - began
        key = services.seal_file(data)
        with transaction():
            batch = services.receive(
                ImportKind.POSITIONS, key=key, data=data, name="a.xlsx", by=None
            )
        began, steps, longest = perf_counter(), 0, 0.0
        for step in services.check_steps(batch):
            start = perf_counter()
            with transaction():
                step()
            steps, longest = steps + 1, max(longest, perf_counter() - start)
        checked = perf_counter() - began
        began = perf_counter()
        with transaction():
            services.apply_batch(batch, {}, by=None)
        applied = perf_counter() - began
        print(f"{db.engine.dialect.name}: {count:,} rows, {batch.totals['ok']:,} of them fine")
        print(f"read bare {bare:6.2f} s")
        print(f"check     {checked:6.2f} s  {checked / bare:5.1f} × bare, in {steps} steps,")
        print(f"          the longest held the database for {longest * 1000:.0f} ms")
        print(f"apply     {applied:6.2f} s  {applied / bare:5.1f} × bare, one transaction")
        own, child = megabytes(resource.RUSAGE_SELF), megabytes(resource.RUSAGE_CHILDREN)
        print(f"memory    {own} MB here, {child} MB in the reader")


if __name__ == "__main__":
    main()
