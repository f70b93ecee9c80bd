"""Rows that many tests use."""

from __future__ import annotations

ANA = "1,EMAIL,Ana,Silva,ana@example.com,,U561593,25"


BEN = "2,PHONE,Ben,Ng,,+14155550100,U561593,10.50"


BAD = "3,EMAIL,Cy,Roe,cy@@example.com,,U561593,5"


FAILS = "4,EMAIL,Dee,Fox,sim-fails@example.com,,U561593,30"
