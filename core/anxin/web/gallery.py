"""/_ui: every macro with invented content, for looking at and for the accessibility tests. Development only.

`?lang=en` shows English; the buttons of the app bar show dark and large. Sample texts are content,
not interface, so they stand here in both languages instead of in the catalogues.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, abort, request, url_for
from werkzeug import Response

from anxin.kernel.i18n import current_locale
from anxin.web import theme
from anxin.web.pages import page

ITEMS = {
    "home": "employee.html",
    "start": "focus.html",
    "question": "focus.html",
    "check": "focus.html",
    "result": "employee.html",
    "help": "employee.html",
    "booking": "employee.html",
    "sheet": "focus.html",
    "done": "employee.html",
    "empty": "employee.html",
    "surfaces": "employee.html",
    "forms": "employee.html",
    "errors": "employee.html",
    "buttons": "staff.html",
    "dashboard": "staff.html",
    "tables": "staff.html",
    "fastform": "staff.html",
    "brand": "staff.html",
    "records": "staff.html",
    "dialogs": "staff.html",
    "modules": "staff.html",
    "qr": "staff.html",
}
CHART = {
    "labels": ["4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月"],
    "checks": [182, 214, 260, 198, 240, 305, 352, 318],
    "sessions": [38, 42, 55, 49, 61, 72, 80, None],
}

blueprint = Blueprint("gallery", __name__, url_prefix="/_ui")


def t(zh: str, en: str) -> str:
    """Sample content in the language of the page."""
    return en if current_locale() == "en" else zh


def _entry(item: str, icon_name: str, zh: str, en: str, group: str = "") -> dict[str, Any]:
    return {"href": url_for("gallery.show", item=item), "icon": icon_name, "title": t(zh, en), "group": group}


def shell_sample(shell: str) -> dict[str, Any]:
    """The context that the app supplies on real pages, and which shell to stand in."""
    work, admin = t("服务", "Services"), t("管理", "Administration")
    return {
        "shell": shell,
        "tenant": SimpleNamespace(
            name=t("东岭油田第三采油厂工会", "Dongling Oilfield Plant 3 Union"),
            product_name=t("心晴驿站", "Xinqing"),
            brand=request.args.get("brand", theme.DEFAULT_BRAND),
        ),
        "tabs": [
            _entry("home", "house", "首页", "Home"),
            _entry("question", "clipboard-list", "测评", "Check-in"),
            _entry("booking", "calendar-days", "预约", "Book"),
            _entry("empty", "user-round", "我的", "Me"),
        ],
        "nav": [
            _entry("dashboard", "chart-column", "工作台", "Dashboard"),
            _entry("fastform", "headset", "热线登记", "Hotline", work),
            _entry("records", "history", "记录与审计", "Records", work),
            _entry("qr", "qr-code", "活动签到", "Check-in desk", work),
            _entry("modules", "blocks", "服务模块", "Modules", admin),
            _entry("brand", "palette", "外观与品牌", "Branding", admin),
            _entry("tables", "building-2", "服务单位", "Employers", admin),
        ],
        "actor": SimpleNamespace(
            name=t("周晓岚", "Zhou Xiaolan"), role_title=t("工会管理员", "Union administrator")
        ),
        "unread": 2,
        "notices_url": url_for("gallery.show", item="records"),
        "help_line": SimpleNamespace(
            number="0546-855 1234", label=t("厂里的心理热线", "The plant's own line")
        ),
    }


@blueprint.get("/")
def index() -> Response:
    """All items."""
    return page("gallery/index.html", items=ITEMS, t=t, **shell_sample("employee.html"))


@blueprint.route("/<item>", methods=["GET", "POST"])
def show(item: str) -> Response:
    """One item in its shell. Forms post here and come back, so that the keyboard flows can be tried."""
    if item not in ITEMS:
        abort(404)
    context = shell_sample(ITEMS[item]) | {"posted": request.method == "POST", "theme": theme, "chart": CHART}
    return page(f"gallery/{item}.html", t=t, **context)
