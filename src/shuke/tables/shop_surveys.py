"""Surveys of the simulated shop: questions asked after an order, answered or not."""

from __future__ import annotations

from shuke.tables._contract import DAY, INT, TEXT, Column, Contract, Unit

_ELEMENTS = (
    ("response", "问题响应", "問題回應", "response to problems"),
    ("people", "人员", "人員", "people"),
    ("delivery", "交付", "交付", "delivery"),
    ("convenience", "便利", "便利", "convenience"),
    ("quality", "质量", "品質", "quality"),
    ("price", "价格", "價格", "price"),
    ("policies", "规定", "規定", "policies"),
    ("promotion", "促销", "促銷", "promotion"),
)

_ASKED = (
    Column("survey_id", TEXT, "调查编号", "調查編號", "which survey"),
    Column("customer_id", TEXT, "客户编号", "客戶編號", "who was asked"),
    Column("order_id", TEXT, "订单号", "訂單編號", "after which order"),
    Column("sent_on", DAY, "发出日期", "發出日期", "the day it was sent"),
    Column("answered_on", DAY, "回答日期，未答为空", "回答日期，未答為空", "the day it was answered", nullable=True),
)

_SAID = (
    Column("satisfied", INT, "满意度 1–5", "滿意度 1–5", "satisfaction, 1 to 5", nullable=True),
    Column("recommends", INT, "推荐意愿 0–10", "推薦意願 0–10", "would recommend, 0 to 10", nullable=True),
    Column("intends", INT, "再购意愿 1–5", "再購意願 1–5", "intends to buy again, 1 to 5", nullable=True),
    Column(
        "alternatives",
        INT,
        "可选的其他商家数 0–5",
        "可選的其他商家數 0–5",
        "others who could serve them, 0 to 5",
        Unit.COUNT,
        nullable=True,
    ),
    Column(
        "comes_for_nearness",
        INT,
        "因为方便而来 1–5",
        "因為方便而來 1–5",
        "comes because it is at hand, 1 to 5",
        nullable=True,
    ),
    Column(
        "is_hindered",
        INT,
        "想多买但受阻 1–5",
        "想多買但受阻 1–5",
        "would buy more if nothing hindered, 1 to 5",
        nullable=True,
    ),
    Column(
        "buys_for",
        TEXT,
        "最看重：function、economy 或 feeling",
        "最看重：function、economy 或 feeling",
        "what counts most: function, economy or feeling",
        nullable=True,
    ),
    Column(
        "looks_to",
        TEXT,
        "面向：past、present 或 future",
        "面向：past、present 或 future",
        "looks to the past, the present or the future",
        nullable=True,
    ),
)

_RANKS = tuple(
    Column(
        f"rank_{code}",
        INT,
        f"“{hans}”的重要性排名",
        f"「{hant}」的重要性排名",
        f"rank of {english} among the eight, by importance",
        Unit.RANK,
        nullable=True,
    )
    for code, hans, hant, english in _ELEMENTS
)

_RATINGS = tuple(
    Column(
        f"rating_{code}",
        INT,
        f"对“{hans}”的评价 1–5",
        f"對「{hant}」的評價 1–5",
        f"how the business does in {english}, 1 to 5",
        nullable=True,
    )
    for code, hans, hant, english in _ELEMENTS
)

SHOP_SURVEYS = Contract(
    name="shop_surveys",
    row="one survey sent to a customer of the simulated shop",
    key=("survey_id",),
    columns=(*_ASKED, *_SAID, *_RANKS, *_RATINGS),
)
