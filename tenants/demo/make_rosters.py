"""Writes the demo rosters as a union would send them: merged titles, a 填表日期 line, columns nobody asked
for.

    python tenants/demo/make_rosters.py

Everybody here is invented: names are drawn from a seed, telephone numbers come from a block kept for show, ID
numbers carry the region 99, which no place in China has. The org tree comes from the tenant files beside this
one.
"""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

HERE = Path(__file__).parent
SEED = 20261020
FILLED_IN = date(2026, 10, 20)

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾"
    "丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤"
    "尹黎易常武乔贺赖龚文"
)
MALE = (
    "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林阳建国志海峰东升立成新民永康家"
    "兴文博思远正德光耀振宏长江春生福贵树森玉山云川"
)
FEMALE = (
    "芳娜敏静丽艳娟霞秀英玲燕红梅莉倩雪琳婷慧颖洁萍云兰凤晶欣瑶佳怡雨桐春花秋月晓彤思佳文静玉珍"
    "桂芝淑贤美华丹青海燕金凤冬梅雅芹"
)

JOBS = {
    "CY": ["采油工"] * 12 + ["采油班长", "资料员", "技术员", "维修工", "看井工"],
    "JS": ["集输工"] * 7 + ["输油泵工", "化验工", "计量工", "班长"],
    "ZS": ["注水泵工"] * 7 + ["化验工", "班长", "维修工"],
    "ZY": ["井下作业工"] * 8 + ["司钻", "作业机手", "技术员"],
    "DL": ["外线电工", "变电值班员", "电机修理工", "班长"],
    "TC": ["驾驶员"] * 5 + ["特车操作工", "调度员"],
    "JX": ["维修钳工", "电焊工", "车工", "管杆修复工"],
    "DZ": ["地质技术员", "测试工", "资料员", "工程师"],
    "HQ": ["炊事员", "公寓管理员", "护卫员", "绿化工"],
    "JG": ["科员", "主管", "干事", "业务员"],
}
# How many people a team has; teams not named here take their branch's usual size.
SIZE = {"CY": 32, "JS": 25, "ZS": 22, "ZY": 28, "DL": 18, "TC": 28, "JX": 19, "DZ": 16, "HQ": 20, "JG": 12}
SMALL = {
    "资料班": 4,
    "护井班": 3,
    "井控器材班": 3,
    "岩心资料室": 4,
    "档案室": 3,
    "团委": 2,
    "绿化班": 4,
    "厂工会": 7,
}
OUTSOURCED = {"CY": 3, "ZY": 5, "TC": 4, "HQ": 6}
CONTRACTORS = ("东岭恒业劳务有限公司", "禾顺物业服务有限公司")
STORY = {"林晓峰": "DL10268", "周晓岚": "DL10007", "郑清和": "DL10031", "方圆圆": "DL10352"}
WHERE = {"林晓峰": "采油一队", "周晓岚": "厂工会", "郑清和": "厂办公室", "方圆圆": "采油一队"}
ABOUT = {
    "林晓峰": ("男", 1988, "采油工"),
    "周晓岚": ("女", 1976, "工会主席"),
    "郑清和": ("男", 1970, "审计干事"),
    "方圆圆": ("女", 1991, "采油工"),
}


@dataclass
class Worker:
    name: str
    number: str
    sex: str
    born: date
    hired: date
    phone: str
    identity: str
    branch: str
    team: str
    job: str
    form: str
    status: str = "在职"
    care: str = ""


class Town:
    """Draws invented people; the same seed draws the same people."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.seen: set[str] = set()
        self.phones = self.dice.sample(range(10000), 9000)

    def name(self, sex: str) -> str:
        given = MALE if sex == "男" else FEMALE
        while True:
            one = self.dice.choice(SURNAMES) + "".join(
                self.dice.sample(given, self.dice.choice((1, 2, 2, 2)))
            )
            if (one not in STORY and one not in self.seen) or self.dice.random() < 0.02:  # a few share a name
                self.seen.add(one)
                return one

    def born(self, youngest: int = 2003, eldest: int = 1967) -> date:
        year = round(self.dice.triangular(eldest, youngest, 1984))
        return date(year, 1, 1) + timedelta(days=self.dice.randrange(365))

    def hired(self, born: date) -> date:
        first = max(date(born.year + 19, 7, 1), date(1986, 7, 1))
        late = min(first + timedelta(days=self.dice.choice((30, 400, 1500, 4000))), date(2026, 9, 1))
        return late if late >= first else first

    def phone(self) -> str:
        return f"1990000{self.phones.pop():04d}"

    def identity(self, born: date, sex: str) -> str:
        """Region 99 does not exist, so no number made here can belong to anybody; the check digit is
        right."""
        order = self.dice.randrange(0, 500) * 2 + (1 if sex == "男" else 0)
        body = f"990399{born:%Y%m%d}{order:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, CHECK_WEIGHTS, strict=True))
        return body + "10X98765432"[total % 11]

    def worker(  # noqa: PLR0917  # one argument a column, in the roster's order
        self, number: str, branch: str, team: str, job: str, form: str, sex: str, born: date, name: str = ""
    ) -> Worker:
        return Worker(
            name or self.name(sex),
            number,
            sex,
            born,
            self.hired(born),
            self.phone(),
            self.identity(born, sex),
            branch,
            team,
            job,
            form,
        )


CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def units(slug: str) -> list[dict[str, str]]:
    return tomllib.loads((HERE / f"{slug}.toml").read_text(encoding="utf-8"))["org"]


def teams(org: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """(code of the branch without digits, branch, team) of every leaf of the tree."""
    by_code = {unit["code"]: unit for unit in org}
    above = {unit.get("under") for unit in org}
    for unit in org:
        if unit["code"] not in above:
            branch = by_code[unit["under"]]
            yield branch["code"].rstrip("0123456789"), branch["name"], unit["name"]


def plant() -> tuple[list[Worker], list[Worker]]:
    """Own staff and outsourced staff of 东岭, in the order of the org tree."""
    town, own, outside = Town(SEED), [], []
    places = list(teams(units("dongling")))
    numbers = [f"DL{10001 + at}" for at in range(2400)]
    town.dice.shuffle(numbers)
    free = iter([number for number in numbers if number not in STORY.values()])
    for kind, branch, team in places:
        own += [story(town, name, branch) for name, place in WHERE.items() if place == team]
        usual = SIZE[kind] + town.dice.randint(-4, 5)
        for _each in range(SMALL.get(team, usual) - sum(place == team for place in WHERE.values())):
            own.append(somebody(town, next(free), kind, branch, team))
        for _each in range(OUTSOURCED.get(kind, 0) if team not in SMALL else 0):
            form = town.dice.choice(CONTRACTORS)
            sex = "男" if town.dice.random() < 0.7 else "女"
            born = town.born(eldest=1970)
            outside.append(
                town.worker(
                    f"DLW{len(outside) + 1:04d}", branch, team, town.dice.choice(JOBS[kind]), form, sex, born
                )
            )
    for worker in town.dice.sample([each for each in own if each.name not in STORY], 14):
        worker.status = town.dice.choice(("退休", "调出", "离职"))
    for worker in town.dice.sample(
        [each for each in own if each.status == "在职" and each.name not in STORY], 63
    ):
        worker.care = town.dice.choice(
            ("困难职工", "困难职工", "四特职工", "单亲困难女职工" if worker.sex == "女" else "四特职工")
        )
    return own, outside


def story(town: Town, name: str, branch: str) -> Worker:
    sex, year, job = ABOUT[name]
    return town.worker(STORY[name], branch, WHERE[name], job, "合同制", sex, date(year, 4, 17), name)


def somebody(town: Town, number: str, kind: str, branch: str, team: str) -> Worker:
    women = {"CY": 0.42, "JS": 0.5, "ZS": 0.45, "ZY": 0.06, "TC": 0.08, "DZ": 0.45, "JG": 0.5, "HQ": 0.6}.get(
        kind, 0.2
    )
    sex = "女" if town.dice.random() < women else "男"
    form = town.dice.choices(("合同制", "派遣"), (93, 7))[0]
    return town.worker(number, branch, team, town.dice.choice(JOBS[kind]), form, sex, town.born())


def dongling() -> None:
    own, outside = plant()
    book = workbook("dongling-roster.xlsx")
    sheet = book.add_worksheet("在册职工")
    heading = ["序号", "职工姓名", "职工编号", "性别", "出生日期", "身份证号", "矿/大队", "队/班组", "岗位",
               "用工形式", "参加工作时间", "联系电话", "状态", "困难类别（仅工会内部）", "备注"]  # fmt: skip
    title(book, sheet, "东岭油田第三采油厂职工花名册", "填表单位：厂工会　　填表人：组织干事", len(heading))
    head(book, sheet, 2, heading, [6, 10, 11, 6, 12, 21, 14, 14, 12, 10, 13, 14, 8, 18, 10])
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    text = book.add_format({"num_format": "@"})
    for at, each in enumerate(own):
        row = 3 + at
        sheet.write_row(row, 0, [at + 1, each.name, each.number, each.sex])
        sheet.write_datetime(row, 4, datetime.combine(each.born, datetime.min.time()), day)
        sheet.write_string(row, 5, each.identity, text)
        sheet.write_row(row, 6, [each.branch, each.team, each.job, each.form, f"{each.hired:%Y.%m}"])
        sheet.write_string(row, 11, each.phone, text)
        sheet.write_row(row, 12, [each.status, each.care])
    second = book.add_worksheet("外包人员")
    heading = ["姓 名", "员工号", "性别", "出生年月", "所属单位", "工种", "手机号码", "外包公司"]
    title(book, second, "第三采油厂外包人员名册", "说明：外包人员与职工同等享受服务", len(heading))
    head(book, second, 2, heading, [10, 11, 6, 10, 26, 12, 14, 24])
    for at, each in enumerate(outside):
        place = f"{each.branch}/{each.team}"
        second.write_row(
            3 + at,
            0,
            [
                each.name,
                each.number,
                each.sex,
                f"{each.born:%Y年%m月}",
                place,
                each.job,
                each.phone,
                each.form,
            ],
        )
    notes(book)
    book.close()


def federation() -> Iterator[Worker]:
    """The federation's officers and the members of its small base unions."""
    town = Town(SEED + 1)
    named = {
        "QH0001": ("江若川", "权益保障部", "男", 1979),
        "QH0002": ("唐婉青", "办公室", "女", 1983),
        "QH0003": ("白景泓", "组织部", "男", 1974),
    }
    for number, (name, team, sex, year) in named.items():
        yield town.worker(number, "区总工会机关", team, "部长", "机关", sex, date(year, 9, 3), name)
    order = 3
    for _kind, branch, team in teams(units("qinghe")):
        office = branch == "区总工会机关"
        for _each in range(town.dice.randint(2, 4) if office else town.dice.randint(9, 16)):
            order += 1
            sex = town.dice.choice("男女")
            job = "干事" if office else town.dice.choice(("工会委员", "会员", "会员", "会员"))
            yield town.worker(
                f"QH{order:04d}", branch, team, job, "机关" if office else "会员", sex, town.born()
            )


def qinghe() -> None:
    book = workbook("qinghe-roster.xlsx")
    sheet = book.add_worksheet("Sheet1")
    heading = ["姓名", "人员编号", "性别", "部门", "科室/基层工会", "职务", "手机", "入会时间", "微信号"]
    title(book, sheet, "青禾区总工会机关及直属基层工会人员名单", "制表：办公室", len(heading))
    head(book, sheet, 2, heading, [10, 10, 6, 16, 24, 10, 14, 12, 10])
    for at, each in enumerate(federation()):
        sheet.write_row(
            3 + at,
            0,
            [
                each.name,
                each.number,
                each.sex,
                each.branch,
                each.team,
                each.job,
                each.phone,
                f"{each.hired:%Y/%m/%d}",
            ],
        )
    book.close()


def workbook(name: str) -> Any:
    book = xlsxwriter.Workbook(HERE / name)
    book.set_properties(
        {"title": name, "created": datetime(2026, 10, 20, 9, 0, tzinfo=UTC), "author": "工会"}
    )
    return book


def title(book: Any, sheet: Any, words: str, line: str, columns: int) -> None:
    big = book.add_format({"bold": True, "align": "center", "font_size": 16})
    sheet.merge_range(0, 0, 0, columns - 1, words, big)
    sheet.merge_range(1, 0, 1, columns - 1, f"{line}　　填表日期：{FILLED_IN:%Y年%m月%d日}")


def head(book: Any, sheet: Any, row: int, words: list[str], widths: list[int]) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#E7EFEA", "border": 1, "text_wrap": True})
    for column, (word, width) in enumerate(zip(words, widths, strict=True)):
        sheet.write(row, column, word, bold)
        sheet.set_column(column, column, width)
    sheet.freeze_panes(row + 1, 2)


def notes(book: Any) -> None:
    sheet = book.add_worksheet("填表说明")
    lines = [
        "一、工号以人力资源科发放的为准。",
        "二、身份证号、电话请按文本填写。",
        "三、困难类别只供工会帮扶使用，不外传。",
    ]
    for at, line in enumerate(lines):
        sheet.write(at, 0, line)


if __name__ == "__main__":
    dongling()
    qinghe()
