"""Speed, proved as ratios within one run: `make bench NAME=scope`. Each bench prints its figures and, as its last line, one JSON object."""
