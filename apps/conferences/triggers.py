"""What keeps a meeting as its confirmed minutes say it was: neither the meeting nor what hangs off it changes before it is reopened."""

import pgtrigger

CONFIRMED = """
IF OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS NOT NULL THEN
    RAISE EXCEPTION 'the minutes of this meeting are confirmed' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
PART_OF_CONFIRMED = """
IF EXISTS (
    SELECT FROM conferences_meeting
    WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END AND confirmed_at IS NOT NULL
) THEN
    RAISE EXCEPTION 'the minutes of this meeting are confirmed' USING ERRCODE = 'check_violation';
END IF;
RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
"""


def confirmed_stays() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(name="confirmed_stays", when=pgtrigger.Before, operation=pgtrigger.Update, func=CONFIRMED)


def part_stays(*columns: str) -> pgtrigger.Trigger:
    """For a row of a meeting; with `columns` only these are part of the minutes."""
    update = pgtrigger.UpdateOf(*columns) if columns else pgtrigger.Update
    operation = pgtrigger.Insert | update | pgtrigger.Delete
    return pgtrigger.Trigger(name="part_stays", when=pgtrigger.Before, operation=operation, func=PART_OF_CONFIRMED)
