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
        Column(
            "discount_minor",
            INT,
            "折扣金额，写成负数也一样",
            "折扣金額，寫成負數也一樣",
            "discount given on the line; a minus before it says the same",
            Unit.MONEY,
            nullable=True,
        ),
        Column(
            "coupon_minor",
            INT,
            "其中用券抵扣的金额",
            "其中用券折抵的金額",
            "of the discount, what coupons gave",
            Unit.MONEY,
            nullable=True,
        ),
        Column("order_id", TEXT, "订单号", "訂單編號", "the order the line belongs to", nullable=True),
        Column("product_id", TEXT, "商品编号", "商品編號", "what was bought", nullable=True),
        Column("category", TEXT, "商品类别", "商品類別", "its category", nullable=True),
        Column("channel", TEXT, "渠道", "通路", "where the sale came from", nullable=True),
        Column("store", TEXT, "门店", "門市", "the store or branch", nullable=True),
        Column("source_file", TEXT, "来源文件", "來源檔案", "the file the row was read from"),
        Column("source_row", INT, "来源行号", "來源列號", "its line in that file (Parquet: row, from 1)", Unit.COUNT),
    ),
)

TOUCHES = Contract(
    name="touches",
    row="one contact with a customer as it was booked, or the entry that reverses one",
    key=("touch_id", "entry"),
    columns=(
        Column("touch_id", TEXT, "接触记录编号", "接觸紀錄編號", "which contact of the records"),
        Column(
            "entry",
            INT,
            "该记录的第几笔分录，从 1 起",
            "該紀錄的第幾筆分錄，自 1 起",
            "which entry of that contact, from 1",
            Unit.COUNT,
        ),
        Column("customer_id", TEXT, "客户编号", "客戶編號", "with whom"),
        Column(
            "touched_on",
            DAY,
            "接触日期（按商家时区）",
            "接觸日期（依商家時區）",
            "the day, in the business's time zone",
        ),
        Column(
            "touched_at",
            MOMENT,
            "接触时刻（商家时区的钟面时间）",
            "接觸時刻（商家時區的鐘面時間）",
            "the moment, wall clock of the business's time zone",
        ),
        Column("kind", TEXT, "方式", "方式", "note, call, visit, message, email or other"),
        Column("direction", TEXT, "方向：in 或 out", "方向：in 或 out", "in or out", nullable=True),
        Column("outcome", TEXT, "结果代码", "結果代碼", "the code of what came of it", nullable=True),
        Column(
            "handled_by", TEXT, "经办人用户名", "經辦人使用者名稱", "user name of who spent the time", nullable=True
        ),
        Column(
            "touches", INT, "计入为 1，冲销为 −1", "計入為 1，沖銷為 −1", "1, or −1 in a reversing entry", Unit.COUNT
        ),
        Column(
            "minutes",
            INT,
            "所用分钟，冲销为负",
            "所用分鐘，沖銷為負",
            "time spent; negative in a reversing entry",
            Unit.MINUTES,
        ),
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
