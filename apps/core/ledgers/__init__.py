"""Ledgers (台账): what an app's rows look like as a workbook, and the way of a workbook into the portal and back.

An app declares its ledgers in `resources.py` (`ledger.py`); files are read in `reading`, checked in `checking.py`, written in `writing.py`.
No word of the domain and no table of its own: apps/exchange keeps what was uploaded, and has the pages.
"""
