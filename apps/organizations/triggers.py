"""The tree's two triggers: one fills path and county from the parent, the other carries a subtree along when its root moves."""

from apps.organizations.enums import ALLOWED_PARENTS

_LOCK = 20120410  # any number that no other advisory lock uses

_allowed = " OR ".join(
    f"(NEW.kind = '{kind}' AND above.kind IN ({', '.join(sorted(repr(str(parent)) for parent in parents))}))"
    for kind, parents in ALLOWED_PARENTS.items()
    if None not in parents
)

# Inserts share a lock that a move takes alone, so that a path never grows from a place its parent has just left. What follows the lock
# reads with a fresh snapshot.
PLACE_IN_TREE = f"""
IF TG_OP = 'INSERT' THEN
    PERFORM pg_advisory_xact_lock_shared({_LOCK});
ELSIF NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
    PERFORM pg_advisory_xact_lock({_LOCK});
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

CARRY_SUBTREE = """
UPDATE organizations_organization
SET path = NEW.path || subpath(path, nlevel(OLD.path)), county_id = NEW.county_id
WHERE path <@ OLD.path AND id <> NEW.id;
RETURN NULL;
"""
