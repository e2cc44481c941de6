"""The tree's triggers: one lets moves wait for each other, one fills path and county from the parent, one carries a subtree along. And the
roles': a separate one is held alone.
"""

from apps.organizations.enums import ALLOWED_PARENTS
from apps.organizations.roles import SEPARATE

_LOCK = 20120410  # a number of its own; the turns of apps/core/turns.py are hashes of names

_allowed = " OR ".join(
    f"(NEW.kind = '{kind}' AND above.kind IN ({', '.join(sorted(repr(str(parent)) for parent in parents))}))"
    for kind, parents in ALLOWED_PARENTS.items()
    if None not in parents
)

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

PLACE_IN_TREE = f"""
IF TG_OP = 'UPDATE' AND NEW.kind <> OLD.kind AND EXISTS (SELECT FROM organizations_organization WHERE parent_id = NEW.id) THEN
    RAISE EXCEPTION 'a % with others below it stays a %', OLD.kind, OLD.kind USING ERRCODE = 'check_violation';
END IF;
IF NEW.parent_id IS NULL THEN
    IF NEW.kind <> 'city' THEN
        RAISE EXCEPTION 'only a city has no parent' USING ERRCODE = 'check_violation';
    END IF;
    NEW.path = NEW.id::text::ltree;
    NEW.county_id = NEW.id;
    RETURN NEW;
END IF;
SELECT * INTO above FROM organizations_organization WHERE id = NEW.parent_id;
IF above.id IS NULL THEN
    RAISE EXCEPTION 'the parent is not visible in this scope' USING ERRCODE = 'insufficient_privilege';
END IF;
IF NOT ({_allowed}) THEN
    RAISE EXCEPTION 'a % cannot stand below a %', NEW.kind, above.kind USING ERRCODE = 'check_violation';
END IF;
IF above.path ~ ('*.' || NEW.id || '.*')::lquery THEN
    RAISE EXCEPTION 'an organization cannot stand below itself' USING ERRCODE = 'check_violation';
END IF;
NEW.path = above.path || NEW.id::text::ltree;
NEW.county_id = CASE WHEN NEW.kind = 'county' THEN NEW.id ELSE above.county_id END;
RETURN NEW;
"""  # noqa: S608  nothing here comes from a user

# The names below are readable in every scope, writing them is not: whoever may not write all of them moves none of them.
CARRY_SUBTREE = """
UPDATE organizations_organization
SET path = NEW.path || subpath(path, nlevel(OLD.path)), county_id = NEW.county_id
WHERE path <@ OLD.path AND id <> NEW.id;
IF EXISTS (SELECT FROM organizations_organization WHERE path <@ OLD.path AND id <> NEW.id AND NOT path <@ NEW.path) THEN
    RAISE EXCEPTION 'not all of what stands below is in this scope' USING ERRCODE = 'insufficient_privilege';
END IF;
RETURN NULL;
"""

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
