"""The simulated shop's tables, as its till, its website and its people would have written them."""

from __future__ import annotations

from shuke.tables._contract import INT, MOMENT, TEXT, Column, Contract, Unit

M, C = Unit.MONEY, Unit.COUNT

WHO = Column("customer_id", TEXT, "客户编号", "客戶編號", "who")

SHOP_PURCHASES = Contract(
    name="shop_purchases",
    row="one line of a purchase, or of a return (negative amount)",
    key=("order_id", "line", "purchased_at"),
    columns=(
        WHO,
        Column("purchased_at", MOMENT, "购买或退货时刻", "購買或退貨時刻", "the moment of the purchase or return"),
        Column("order_id", TEXT, "订单号", "訂單編號", "the order; a return has that of its purchase"),
        Column("line", INT, "订单行号，从 1 起", "訂單列號，自 1 起", "line of the order, from 1", C),
        Column("product_id", TEXT, "商品编号", "商品編號", "what was bought"),
        Column("category", TEXT, "商品类别", "商品類別", "its category"),
        Column("quantity", INT, "数量，退货为负", "數量，退貨為負", "quantity; negative for a return", C),
        Column("list_amount_minor", INT, "标价金额（折扣前）", "定價金額（折扣前）", "at list price, before discount", M),
        Column("discount_minor", INT, "折扣金额", "折扣金額", "discount given on the line", M),
        Column("amount_minor", INT, "行净额", "行淨額", "net amount: at list price less discount", M),
        Column("cost_minor", INT, "行成本", "行成本", "cost of the line", M),
        Column("channel", TEXT, "渠道", "通路", "where the sale came from"),
        Column("store", TEXT, "门店", "門市", "the branch, by its name"),
        Column("staff_id", TEXT, "经办员工", "經辦員工", "who sold it"),
    ),
)
