"""The tree's triggers: one lets moves wait for each other, one fills path and county from the parent, one carries a subtree along. And the
roles': a separate one is held alone.
"""

from apps.organizations.enums import ALLOWED_PARENTS
from apps.organizations.roles import SEPARATE

_LOCK = 20120410  # a number of its own; the turns of apps/core/turns.py are hashes of names

_allowed = " OR ".join(
    f"(NEW.kind = '{kind}' AND above.kind IN ({', '.join(sorted(repr(str(parent)) for parent in parents - {None}))}))"
    for kind, parents in ALLOWED_PARENTS.items()
)
_alone = ", ".join(repr(str(kind)) for kind, parents in ALLOWED_PARENTS.items() if None in parents)
_own_county = "kind IN ('city', 'county')"  # whoever reports for itself: `county` is the nearest of these on the line

_separate = ", ".join(repr(role) for role in sorted(SEPARATE))

# Foundings share a lock that a move takes alone, so that a path never grows from a place its parent has just left. The lock comes before
# the statement has locked any row: else a founding's foreign key waits for the moved row, and the move for the founding. What follows
# reads with a fresh snapshot.
LOCK_TREE = f"""
IF TG_OP = 'INSERT' THEN
    PERFORM pg_advisory_xact_lock_shared({_LOCK});
ELSE
    PERFORM pg_advisory_xact_lock({_LOCK});
END IF;
RETURN NULL;
"""

# Runs for each row of a country: one look at the parent, and no other query where a row is founded.
PLACE_IN_TREE = f"""
IF TG_OP = 'UPDATE' THEN
    IF NEW.kind <> OLD.kind THEN
        IF EXISTS (SELECT FROM organizations_organization WHERE parent_id = NEW.id) THEN
            RAISE EXCEPTION 'a % with others below it stays a %', OLD.kind, OLD.kind USING ERRCODE = 'check_violation';
        END IF;
    END IF;
END IF;
IF NEW.parent_id IS NULL THEN
    IF NEW.kind NOT IN ({_alone}) THEN
        RAISE EXCEPTION 'only a city has no parent' USING ERRCODE = 'check_violation';
    END IF;
    NEW.path = NEW.id::text::ltree;
    NEW.county_id = NEW.id;
    RETURN NEW;
END IF;
SELECT kind, path, county_id INTO above FROM organizations_organization WHERE id = NEW.parent_id;
IF above.path IS NULL THEN
    RAISE EXCEPTION 'the parent is not visible in this scope' USING ERRCODE = 'insufficient_privilege';
END IF;
IF NOT ({_allowed}) THEN
    RAISE EXCEPTION 'a % cannot stand below a %', NEW.kind, above.kind USING ERRCODE = 'check_violation';
END IF;
NEW.path = above.path || NEW.id::text::ltree;
NEW.county_id = CASE WHEN NEW.{_own_county} THEN NEW.id ELSE above.county_id END;
RETURN NEW;
"""  # noqa: S608  nothing here comes from a user

# From parent to child, so that one statement may move many, above and below each other, in any order: the carry of the topmost puts all
# below it right. The names are readable in every scope, writing them is not: whoever may not write all of them moves none of them.
CARRY_SUBTREE = f"""
WITH RECURSIVE below AS (
    SELECT id, path, county_id, path AS stored, county_id AS stored_county FROM organizations_organization WHERE id = NEW.id
    UNION ALL
    SELECT o.id, below.path || o.id::text::ltree, CASE WHEN o.{_own_county} THEN o.id ELSE below.county_id END, o.path, o.county_id
    FROM below JOIN organizations_organization o ON o.parent_id = below.id
) CYCLE id SET comes_again USING trail,
moved AS (SELECT * FROM below WHERE (path, county_id) IS DISTINCT FROM (stored, stored_county)),
carried AS (
    UPDATE organizations_organization o SET path = moved.path, county_id = moved.county_id FROM moved WHERE o.id = moved.id RETURNING o.id
)
SELECT (SELECT bool_or(comes_again) FROM below), (SELECT count(*) FROM moved) - (SELECT count(*) FROM carried) INTO in_circle, left_behind;
IF in_circle THEN
    RAISE EXCEPTION 'an organization cannot stand below itself' USING ERRCODE = 'check_violation';
ELSIF left_behind > 0 THEN
    RAISE EXCEPTION 'not all of what stands below is in this scope' USING ERRCODE = 'insufficient_privilege';
END IF;
RETURN NULL;
"""  # noqa: S608

# Two grants to one person come one after the other: the second sees what the first gave.
ALONE = f"""
PERFORM FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
IF EXISTS (
    SELECT FROM accounts_user_groups held JOIN organizations_roleholding holding ON holding.group_id = held.group_id
    WHERE held.user_id = NEW.user_id AND held.group_id <> NEW.group_id AND held.id <> NEW.id
    AND (holding.role IN ({_separate})
         OR EXISTS (SELECT FROM organizations_roleholding WHERE group_id = NEW.group_id AND role IN ({_separate})))
) THEN
    RAISE EXCEPTION 'a separate role is held alone' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""  # noqa: S608  our own role table
