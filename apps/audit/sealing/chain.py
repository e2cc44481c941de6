"""Making the links of the chain."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone

from apps.audit.models import Seal
from apps.audit.sealing import rows
from apps.core import logs, turns

ROWS = 10_000  # at most in one seal
SEALS = 500  # at most in one round


def seal(*, most: int = ROWS, at_most: int = SEALS) -> int:
    """One round: seal whatever is not sealed yet; answers how many rows. Two at once take turns, and the second finds nothing left."""
    sealed = 0
    with rows.everything():
        turns.take("audit.seal")
        rows.same_words()
        now = timezone.now()
        last = Seal.objects.last_link()
        batches = _batches(now, most)
        batch = next(batches, None)
        for _ in range(at_most):
            if batch is None:
                break
            following = batches.send(batch)  # type: ignore[attr-defined]
            last = _add(batch, last, now, complete=following is None)
            sealed, batch = sealed + batch.rows, following
    return sealed


def _batches(now: datetime, most: int) -> Iterator[rows.Batch | None]:
    """Batch after batch. The one that was last sent in is not sealed yet, but will be: its rows are left out."""
    for log in logs.sealed():
        columns, besides = logs.columns(log), "{}"
        while batch := rows.next_batch(log, columns, now=now, most=most, besides=besides):
            pending = yield batch
            besides = pending.ids if pending and pending.log == log else "{}"
    yield None


def _add(batch: rows.Batch, last: Seal | None, now: datetime, *, complete: bool) -> Seal:
    made = Seal(
        number=last.number + 1 if last else 1,
        at=now,
        table=batch.log.table,
        ids=batch.ids,
        rows=batch.rows,
        up_to=max(batch.up_to, _reached(batch.log.table)),
        columns=list(batch.columns),
        leaves=batch.leaves,
        complete=complete,
        previous=last.digest if last else "",
    )
    made.digest = digest(made)
    made.mac = mac(made.digest)
    made.save(force_insert=True)
    return made


def _reached(table: str) -> int:
    """The highest id that any seal of the table covers."""
    return Seal.objects.of_table(table).values_list("up_to", flat=True).last() or -(2**63)


def digest(link: Seal) -> str:
    """What the link says, the one before included."""
    said = [
        link.number,
        link.at.astimezone(UTC).isoformat(),
        link.table,
        link.ids,
        link.rows,
        link.up_to,
        link.columns,
        hashlib.sha256(link.leaves).hexdigest(),
        link.complete,
        link.previous,
    ]
    return hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def mac(said: str) -> str:
    """Signed with a key that the database does not have: whoever owns the database cannot make the chain anew."""
    return hmac.new(settings.AUDIT_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def is_signed(link: Seal) -> bool:
    return hmac.compare_digest(mac(link.digest), link.mac)
