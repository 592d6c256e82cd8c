"""Facts beside purchases: what customers said, when they paid, whom they told; products; who is on a list."""

from __future__ import annotations

from shuke.tables._contract import DAY, FLOAT, INT, TEXT, Column, Contract, Unit

_WHO = Column("customer_id", TEXT, "客户编号", "客戶編號", "who")
_FROM = (
    Column("source_file", TEXT, "来源文件", "來源檔案", "the file the row was read from"),
    Column("source_row", INT, "来源行号", "來源列號", "its line in that file (Parquet: row, from 1)", Unit.COUNT),
)

SURVEYS = Contract(
    name="surveys",
    row="one customer's answer to one question; a choice is a row for each option, 1 for the one chosen",
    key=("source_file", "source_row", "question"),
    columns=(
        _WHO,
        Column("asked_on", DAY, "提问日期", "提問日期", "the day the question was asked"),
        Column("answered_on", DAY, "回答日期", "回答日期", "the day it was answered", nullable=True),
        Column(
            "question",
            TEXT,
            "问题代码，如 csat、nps、repurchase_intent、rating_price、buys_for.function",
            "問題代碼，如 csat、nps、repurchase_intent、rating_price、buys_for.function",
            "code of the question: csat, nps, repurchase_intent, rating_price, buys_for.function …",
        ),
        Column(
            "score",
            FLOAT,
            "得分，按该问题自己的量表",
            "得分，依該問題自己的量表",
            "the answer on the question's own scale; none for a comment",
            nullable=True,
        ),
        Column("said", TEXT, "原话", "原話", "what was said in words", nullable=True),
        Column("source", TEXT, "回答来自哪里", "回答來自哪裡", "where the answer came from", nullable=True),
        *_FROM,
    ),
)

PAYMENTS = Contract(
    name="payments",
    row="one sum that fell due, paid or not",
    key=("source_file", "source_row"),
    columns=(
        _WHO,
        Column("due_on", DAY, "应付日期", "應付日期", "the day it fell due"),
        Column("amount_minor", INT, "应付金额", "應付金額", "how much", Unit.MONEY),
        Column("paid_on", DAY, "实付日期，未付为空", "實付日期，未付為空", "the day it was paid", nullable=True),
        Column("reference", TEXT, "订单号或合同号", "訂單編號或合約編號", "the order or contract", nullable=True),
        *_FROM,
    ),
)

PRODUCTS = Contract(
    name="products",
    row="one product, and what is known of it beside its sales",
    key=("product_id",),
    columns=(
        Column("product_id", TEXT, "商品编号", "商品編號", "which product"),
        Column("launched_on", DAY, "上市日期", "上市日期", "the day it was launched", nullable=True),
        Column(
            "selling_point",
            TEXT,
            "卖点：function、economy 或 feeling",
            "賣點：function、economy 或 feeling",
            "what it is advertised by: function, economy or feeling",
            nullable=True,
        ),
    ),
)

REFERRALS = Contract(
    name="referrals",
    row="one time that a customer told somebody of the business who then came",
    key=("source_file", "source_row"),
    columns=(
        Column("customer_id", TEXT, "推荐人客户编号", "推薦人客戶編號", "who told of the business"),
        Column("referred_on", DAY, "推荐日期", "推薦日期", "the day of the referral"),
        *_FROM,
    ),
)

LISTED = Contract(
    name="listed",
    row="one customer whom somebody put on a list, until a day or for good",
    key=("customer_id", "listed_on"),
    columns=(
        _WHO,
        Column("list_code", TEXT, "red 红名单 或 black 黑名单", "red 紅名單 或 black 黑名單", "red or black"),
        Column("reason", TEXT, "列入理由", "列入理由", "why, as it was written"),
        Column("listed_by", TEXT, "列入人", "列入人", "who put them there"),
        Column("listed_on", DAY, "列入日期", "列入日期", "since which day"),
        Column("until_on", DAY, "有效至，空为长期", "有效至，空為長期", "last day of it; none for good", nullable=True),
    ),
)
