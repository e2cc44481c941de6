from apps.core.lifecycle.tables import LedgerTable, StandingTable


class UnitTable(StandingTable):
    caption = "工作方案上报情况"


class YearTable(LedgerTable):
    caption = "工作方案上报情况"
