"""How much of a file is read, and what reading it may cost. Both sides of the process boundary hold to these."""

MAX_MB = 20  # the file as it was uploaded
MAX_ROWS = 200_000  # of data
MAX_COLUMNS = 200
MAX_TEXT = 32_767  # characters of a cell, as in Excel
HEADING_ROWS = 20  # the headings stand in one of the first rows
MAX_SHEETS = 10  # that are looked through for the headings

MAX_PARTS = 2_000  # files inside a workbook
MAX_UNPACKED_MB = 160  # 200,000 rows × 12 take 115
MAX_RATIO = 100  # unpacked to packed, of whatever unpacks to more than a few megabytes

# Of the process that reads, on top of its interpreter, and by what the file unpacks to.
# 100,000 rows × 12 unpack to 54 MB; they take 145 to 225 MB, and 3 seconds.
MEMORY_MB, MEMORY_MB_PER_MB, MOST_MEMORY_MB = 96, 2.9, 512
CPU_SECONDS, CPU_SECONDS_PER_MB, MOST_CPU_SECONDS = 2, 0.25, 20
WAIT_SECONDS = 60  # that the portal waits for that process in all
FRAME_BYTES = 1 << 20  # of rows sent at once; one row alone may be longer
MAX_FRAME_BYTES = 28 << 20


class Refused(Exception):
    """The file is not read; the sentence goes on from the file's name, as in “名单.xlsx” + 是空文件。"""
