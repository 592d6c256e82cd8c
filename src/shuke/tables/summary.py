"""What `value` makes of purchases: one row a customer, before any model."""

from __future__ import annotations

from shuke.tables._contract import DAY, INT, TEXT, YES_NO, Column, Contract, Unit

SUMMARY = Contract(
    name="summary",
    row="one customer with at least one purchase day up to as_of",
    key=("customer_id",),
    columns=(
        Column("customer_id", TEXT, "客户编号", "客戶編號", "who"),
        Column("first_purchase", DAY, "首次购买日", "首次購買日", "first purchase day"),
        Column("last_purchase", DAY, "最近购买日", "最近購買日", "latest purchase day"),
        Column("purchases", INT, "购买天数", "購買天數", "distinct purchase days", Unit.COUNT),
        Column("orders", INT, "订单数", "訂單數", "distinct orders; purchase days where no order is given", Unit.COUNT),
        Column("x", INT, "重复购买次数", "重複購買次數", "repeat purchases: purchases − 1", Unit.COUNT),
        Column(
            "t_x", INT, "首购到最近购买的天数", "首購到最近購買的天數", "days from first to latest purchase", Unit.DAYS
        ),
        Column("T", INT, "首购到评分日的天数", "首購到評分日的天數", "days from first purchase to as_of", Unit.DAYS),
        Column(
            "left_truncated",
            YES_NO,
            "首购可能早于数据起点",
            "首購可能早於資料起點",
            "first purchase may lie before the data",
        ),
        Column("spend_minor", INT, "消费净额", "消費淨額", "net amount over all time", Unit.MONEY),
        Column(
            "margin_minor",
            INT,
            "毛利（或营收价值）",
            "毛利（或營收價值）",
            "margin over all time, by value_basis",
            Unit.MONEY,
        ),
        Column("value_basis", TEXT, "价值口径", "價值口徑", "margin, margin_rate or revenue"),
        Column("historic_value_minor", INT, "历史价值", "歷史價值", "margin before as_of − 12 months", Unit.MONEY),
        Column("current_value_minor", INT, "当前价值", "當前價值", "margin of the last 12 months", Unit.MONEY),
        Column(
            "current_spend_minor",
            INT,
            "近 12 个月消费",
            "近 12 個月消費",
            "net amount of the last 12 months",
            Unit.MONEY,
        ),
        Column(
            "repeat_spend_minor",
            INT,
            "重复购买的消费",
            "重複購買的消費",
            "net amount after the first purchase day, returns shared among purchases",
            Unit.MONEY,
        ),
        Column(
            "repeat_margin_minor",
            INT,
            "重复购买的毛利",
            "重複購買的毛利",
            "margin after the first purchase day, by value_basis",
            Unit.MONEY,
        ),
        Column(
            "mean_spend_minor",
            INT,
            "每购买日平均消费",
            "每購買日平均消費",
            "spend ÷ purchases, not below 0",
            Unit.MONEY,
        ),
    ),
)
