"""The tree's two triggers: one fills path and county from the parent, the other carries a subtree along when its root moves."""

from apps.organizations.enums import ALLOWED_PARENTS

_allowed = " OR ".join(
    f"(NEW.kind = '{kind}' AND above.kind IN ({', '.join(repr(str(parent)) for parent in sorted(parents))}))"
    for kind, parents in ALLOWED_PARENTS.items()
    if None not in parents
)

# The parent is locked against a concurrent move, so that a path never grows from a place the parent has just left.
PLACE_IN_TREE = f"""
IF NEW.parent_id IS NULL THEN
    IF NEW.kind <> 'city' THEN
        RAISE EXCEPTION 'only a city has no parent' USING ERRCODE = 'check_violation';
    END IF;
    NEW.path = NEW.id::text::ltree;
    NEW.county_id = NEW.id;
    RETURN NEW;
END IF;
SELECT * INTO above FROM organizations_organization WHERE id = NEW.parent_id FOR KEY SHARE;
IF above.id IS NULL THEN
    RAISE EXCEPTION 'the parent is not visible in this scope' USING ERRCODE = 'insufficient_privilege';
END IF;
IF NOT ({_allowed}) THEN
    RAISE EXCEPTION 'a % cannot stand below a %', NEW.kind, above.kind USING ERRCODE = 'check_violation';
END IF;
IF above.path <@ NEW.id::text::ltree OR above.path ~ ('*.' || NEW.id || '.*')::lquery THEN
    RAISE EXCEPTION 'an organization cannot stand below itself' USING ERRCODE = 'check_violation';
END IF;
NEW.path = above.path || NEW.id::text::ltree;
NEW.county_id = CASE WHEN NEW.kind = 'county' THEN NEW.id ELSE above.county_id END;
RETURN NEW;
"""

CARRY_SUBTREE = """
UPDATE organizations_organization
SET path = NEW.path || subpath(path, nlevel(OLD.path)), county_id = NEW.county_id
WHERE path <@ OLD.path AND id <> NEW.id;
RETURN NULL;
"""
