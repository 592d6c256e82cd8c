"""Facts as `collect` hands them on, and the rows it sets aside."""

from __future__ import annotations

from shuke.tables._contract import DAY, FLOAT, INT, MOMENT, TEXT, Column, Contract, Unit

PURCHASES = Contract(
    name="purchases",
    row="one line of a purchase, or of a return (negative amount)",
    key=("source_file", "source_row"),
    columns=(
        Column("customer_id", TEXT, "客户编号", "客戶編號", "who bought"),
        Column(
            "purchased_on",
            DAY,
            "购买日期（按商家时区）",
            "購買日期（依商家時區）",
            "the day, in the business's time zone",
        ),
        Column(
            "purchased_at",
            MOMENT,
            "购买时刻（商家时区的钟面时间）",
            "購買時刻（商家時區的鐘面時間）",
            "the moment, wall clock of the business's time zone",
            nullable=True,
        ),
        Column(
            "amount_minor",
            INT,
            "行净额，退货为负",
            "行淨額，退貨為負",
            "net amount of the line; negative for a return",
            Unit.MONEY,
        ),
        Column("quantity", FLOAT, "数量", "數量", "quantity", Unit.COUNT, nullable=True),
        Column("cost_minor", INT, "行成本", "行成本", "cost of the line", Unit.MONEY, nullable=True),
        Column("discount_minor", INT, "折扣金额", "折扣金額", "discount given on the line", Unit.MONEY, nullable=True),
        Column("order_id", TEXT, "订单号", "訂單編號", "the order the line belongs to", nullable=True),
        Column("product_id", TEXT, "商品编号", "商品編號", "what was bought", nullable=True),
        Column("category", TEXT, "商品类别", "商品類別", "its category", nullable=True),
        Column("channel", TEXT, "渠道", "通路", "where the sale came from", nullable=True),
        Column("store", TEXT, "门店", "門市", "the store or branch", nullable=True),
        Column("source_file", TEXT, "来源文件", "來源檔案", "the file the row was read from"),
        Column("source_row", INT, "来源行号", "來源列號", "its line in that file (Parquet: row, from 1)", Unit.COUNT),
    ),
)

REJECTS = Contract(
    name="rejects",
    row="one row of the input that was set aside",
    key=("source_file", "source_row"),
    columns=(
        Column("source_file", TEXT, "来源文件", "來源檔案", "the file the row was read from"),
        Column("source_row", INT, "来源行号", "來源列號", "its line in that file (Parquet: row, from 1)", Unit.COUNT),
        Column(
            "reason_code", TEXT, "未采用的原因代码", "未採用的原因代碼", "why it was set aside (a code of `reject.…`)"
        ),
        Column("column", TEXT, "有问题的列", "有問題的欄", "the input's column at fault", nullable=True),
        Column("received", TEXT, "读到的值", "讀到的值", "the value received there", nullable=True),
        Column(
            "amount_minor",
            INT,
            "可读出的金额",
            "可讀出的金額",
            "the row's amount, where it could be read",
            Unit.MONEY,
            nullable=True,
        ),
        Column("raw", TEXT, "原始整行", "原始整列", "the whole row as read"),
    ),
)
