"""Traits as people read them: price, channel, category, rhythm."""

from __future__ import annotations

from shuke.tables._contract import FLOAT, INT, TEXT, Column, Contract, Unit

TRAIT_COLUMNS = (
    Column(
        "price_sensitivity",
        FLOAT,
        "价格敏感度 0–1",
        "價格敏感度 0–1",
        "how much price counts, 0 to 1: the mean of its indicators' ranks",
        nullable=True,
    ),
    Column("price_code", TEXT, "价格敏感程度代码", "價格敏感程度代碼", "high, middle, low or unknown (`price.…`)"),
    Column("price_why_code", TEXT, "其理由代码", "其理由代碼", "why (a code of `price_why.…`)"),
    Column("main_channel", TEXT, "最常用的渠道", "最常用的通路", "the channel used most", nullable=True),
    Column(
        "main_channel_share",
        FLOAT,
        "该渠道占购买行数的比例",
        "該通路占購買列數的比例",
        "its share of lines",
        Unit.SHARE,
        nullable=True,
    ),
    Column("channel_code", TEXT, "渠道偏好代码", "通路偏好代碼", "one, mostly, several or unknown (`channel.…`)"),
    Column("channel_why_code", TEXT, "其理由代码", "其理由代碼", "why (a code of `channel_why.…`)"),
    Column("main_category", TEXT, "最常买的品类", "最常買的品類", "the category bought most", nullable=True),
    Column(
        "main_category_share",
        FLOAT,
        "该品类占购买行数的比例",
        "該品類占購買列數的比例",
        "its share of lines",
        Unit.SHARE,
        nullable=True,
    ),
    Column(
        "main_category_lift",
        FLOAT,
        "为全部客户占比的几倍",
        "為全部客戶占比的幾倍",
        "that share over the share of all customers",
        nullable=True,
    ),
    Column("affinity_code", TEXT, "品类偏好代码", "品類偏好代碼", "drawn, usual, varied or unknown (`affinity.…`)"),
    Column("affinity_why_code", TEXT, "其理由代码", "其理由代碼", "why (a code of `affinity_why.…`)"),
    Column("rhythm", TEXT, "购买节奏代码", "購買節奏代碼", "regular, usual, irregular or unknown (`rhythm.…`)"),
    Column("rhythm_why_code", TEXT, "其理由代码", "其理由代碼", "why (a code of `rhythm_why.…`)"),
    Column(
        "gap_variation",
        FLOAT,
        "近两年购买间隔的标准差与均值之比",
        "近兩年購買間隔的標準差與平均之比",
        "in the last two years: standard deviation of gaps over their mean",
        nullable=True,
    ),
    Column(
        "usual_weekday",
        INT,
        "通常星期几购买，1 为星期一；不明显的为空",
        "通常星期幾購買，1 為星期一；不明顯的為空",
        "the weekday of most purchases, 1 is Monday; null where none stands out",
        nullable=True,
    ),
    Column(
        "usual_month",
        INT,
        "通常几月购买；不明显的为空",
        "通常幾月購買；不明顯的為空",
        "the month of most purchases; null where none stands out",
        nullable=True,
    ),
)
"""Appended by `classify.label_traits`."""

TRAITS = Contract(
    name="traits",
    row="one customer, with the traits that people read",
    key=("customer_id",),
    columns=(Column("customer_id", TEXT, "客户编号", "客戶編號", "who"), *TRAIT_COLUMNS),
)
