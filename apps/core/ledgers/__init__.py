"""Ledgers: tables that leave the portal as workbooks and come back changed."""
