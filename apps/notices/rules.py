"""When a notice goes out besides the inbox, and who is told."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from apps.notices.enums import URGENT, Pace
from apps.notices.models import Preference, Told


def is_urgent(told: Told, now: datetime) -> bool:
    """What must be done today, or has come back, does not wait for the daily mail."""
    return told.kind in URGENT or (told.due is not None and timezone.localdate(told.due) == timezone.localdate(now))


def mail_at(told: Told, preference: Preference, now: datetime) -> datetime | None:
    """The moment from which a notice is mailed to somebody with these settings; None when it is not, or would come too late to be true."""
    if not preference.mail or told.kind in preference.muted:
        return None
    wanted = [now] if preference.pace == Pace.AT_ONCE or is_urgent(told, now) else [_next(time(preference.digest_hour), now), now]
    for moment in wanted:  # what is outdated by the next daily mail goes now
        moment = after_quiet(moment, preference.quiet_from, preference.quiet_to)
        if told.until is None or moment <= told.until:
            return moment
    return None


def post_at(told: Told, now: datetime) -> datetime | None:
    """The moment from which a group is told: what comes within a few minutes is one message, and nothing comes at night."""
    step = settings.NOTICES_POST_MINUTES * 60
    moment = now if is_urgent(told, now) else datetime.fromtimestamp(-(-now.timestamp() // step) * step, now.tzinfo)
    moment = after_quiet(moment, *settings.NOTICES_QUIET)
    return moment if told.until is None or moment <= told.until else None


def after_quiet(moment: datetime, start: time | None, end: time | None) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into; they may span midnight."""
    if start is None or end is None:
        return moment
    at = timezone.localtime(moment).time()
    is_quiet = start <= at < end if start <= end else at >= start or at < end
    return _next(end, moment) if is_quiet else moment


def _next(at: time, now: datetime) -> datetime:
    """The next time that clocks in Jiaxing show this."""
    here = timezone.localtime(now)
    moment = here.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return moment if moment >= here else moment + timedelta(days=1)
