"""Where customers were won, as a business knows it: by advertisement, by referral, at a fair."""

from __future__ import annotations

from shuke.tables._contract import TEXT, Column, Contract

SOURCES = Contract(
    name="sources",
    row="one customer, and where the customer was won",
    key=("customer_id",),
    columns=(
        Column("customer_id", TEXT, "客户编号", "客戶編號", "who"),
        Column("source", TEXT, "获客来源", "獲客來源", "where the customer was won", nullable=True),
    ),
)
