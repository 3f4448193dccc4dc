"""The catalog lint: reads PostgreSQL's own catalog and names every way in which a table, role or function could leak a clinic's rows.

The tests ask for an empty answer, and are themselves tested by breaking one guard at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

APP_LOGINS = ("app_web", "app_worker", "app_relay")
GLOBAL_TABLES = ("schema_version",)
ROLLUP_TABLES = ("clinic_rollup",)
RELAY_TABLES = ("outbox", "schedule")
IDENTITY_TABLES = ("clinic", "membership", "outbox")
PROVIDER_OPEN_TABLES = ("clinic", "outbox", "schedule", "audit_event", "audit_head")
DEFINER_FUNCTIONS = (
    "begin_idempotent",
    "create_link",
    "end_idempotent",
    "end_session",
    "end_sessions_of",
    "ensure_person",
    "ensure_vendor",
    "feed_identity",
    "feeds_of",
    "find_person",
    "grant_vendor_role",
    "issue_feed",
    "issue_token",
    "job_tenant",
    "link_receiver",
    "open_session",
    "read_link",
    "record_sign_in",
    "revoke_feed",
    "revoke_token",
    "session_identity",
    "set_name",
    "set_password",
    "set_vendor_role",
    "token_identity",
    "tokens_of",
    "use_link",
    "vendor_staff",
)
LOADER_FUNCTIONS = ("begin_load", "finish_load", "note_attempt")
_CANONICAL = "(tenant_id = ( SELECT app.tenant_id() AS tenant_id))"
_TABLES = """
  SELECT c.oid, c.relname::text AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, c.relispartition AS is_partition,
    pg_get_userbyid(c.relowner) AS owner, a.attnum AS tenant, a.attnotnull AS required, a.atttypid = 'uuid'::regtype AS is_uuid
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'app'
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND c.relname <> ALL (:global_tables)
"""
_RULES: dict[str, str] = {
    "table without tenant_id": "SELECT name FROM tables WHERE tenant IS NULL",
    "tenant_id may be null": "SELECT name FROM tables WHERE NOT required",
    "tenant_id is no uuid": "SELECT name FROM tables WHERE NOT is_uuid",
    "row-level security is off": "SELECT name FROM tables WHERE NOT enabled",
    "row-level security is not forced": "SELECT name FROM tables WHERE NOT forced",
    "table has another owner": "SELECT name FROM tables WHERE owner <> 'app_owner'",
    "policy is missing or not in the one form": """
        SELECT name FROM tables t WHERE NOT EXISTS (
          SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid AND p.polname = 'tenant_isolation' AND p.polpermissive
          AND p.polcmd = '*' AND p.polroles = ARRAY['app_rw'::regrole::oid]
          AND pg_get_expr(p.polqual, p.polrelid) = :canonical AND pg_get_expr(p.polwithcheck, p.polrelid) = :canonical)""",
    "a further policy lets more through": """
        SELECT name || '.' || p.polname FROM tables t JOIN pg_policy p ON p.polrelid = t.oid
        WHERE p.polpermissive AND p.polname <> 'tenant_isolation'
          AND NOT (p.polname = 'rollup_of_mine' AND name = ANY (:rollup_tables) AND p.polcmd = 'r')
          AND NOT (p.polname = 'relay' AND name = ANY (:relay_tables) AND p.polroles = ARRAY['app_relay'::regrole::oid])
          AND NOT (p.polname IN ('identity_lookup', 'identity_update') AND name = ANY (:identity_tables)
                   AND p.polroles = ARRAY['sec_owner'::regrole::oid])""",
    "nothing says what a provider may see": """
        SELECT name FROM tables t WHERE name <> ALL (:provider_open) AND NOT EXISTS (
          SELECT 1 FROM pg_policy p WHERE p.polrelid = t.oid AND NOT p.polpermissive
          AND p.polname IN ('own_record', 'staff_only'))
          AND obj_description(t.oid, 'pg_class') IS DISTINCT FROM 'readers: everyone'""",
    "unique index does not begin with tenant_id": """
        SELECT i.indexrelid::regclass::text FROM tables t JOIN pg_index i ON i.indrelid = t.oid
        WHERE i.indisunique AND i.indkey[0] <> t.tenant""",
    "foreign key does not carry tenant_id": """
        SELECT c.conrelid::regclass || '.' || c.conname FROM pg_constraint c
        JOIN tables f ON f.oid = c.conrelid JOIN tables r ON r.oid = c.confrelid
        WHERE c.contype = 'f' AND NOT EXISTS (
          SELECT 1 FROM generate_subscripts(c.conkey, 1) k WHERE c.conkey[k] = f.tenant AND c.confkey[k] = r.tenant)""",
    "view does not run as its reader": """
        SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'app'
        WHERE c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on']""",
    "materialized view": """
        SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'app'
        WHERE c.relkind = 'm'""",
    "partition is granted by itself": """
        SELECT t.name FROM tables t, logins l WHERE t.is_partition
        AND has_table_privilege(l.oid, t.oid, 'SELECT, INSERT, UPDATE, DELETE')""",
    "login has a dangerous privilege": """
        SELECT t.name || ': ' || p FROM tables t, logins l, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) p
        WHERE has_table_privilege(l.oid, t.oid, p)""",
    "history can be rewritten": """
        SELECT t.name || ': ' || p FROM tables t, logins l, unnest(ARRAY['UPDATE', 'DELETE']) p
        WHERE t.name ~ '_(event|touch)$' AND has_table_privilege(l.oid, t.oid, p)""",
    "login has a dangerous attribute": """
        SELECT rolname::text FROM logins WHERE rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication""",
    "login may become a privileged role": """
        SELECT l.rolname || ' -> ' || r.rolname FROM logins l, pg_roles r
        WHERE pg_has_role(l.oid, r.oid, 'MEMBER') AND r.oid <> l.oid
        AND (r.rolsuper OR r.rolbypassrls OR r.rolname IN ('app_owner', 'sec_owner', 'ref_owner') OR r.rolname LIKE 'pg\\_%')""",
    "login may read people and sessions": """
        SELECT l.rolname || ': ' || c.relname FROM logins l, pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'sec'
        WHERE c.relkind IN ('r', 'p', 'v') AND has_table_privilege(l.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE')""",
    "definer function is not on the list": """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, logins l
        WHERE n.nspname IN ('app', 'sec', 'ref', 'public') AND p.prosecdef AND has_function_privilege(l.oid, p.oid, 'EXECUTE')
        AND NOT (n.nspname = 'sec' AND p.proname = ANY (:definers))
        AND NOT (n.nspname = 'ref' AND p.proname = ANY (:loaders) AND l.rolname = 'app_worker'
                 AND pg_get_userbyid(p.proowner) = 'ref_owner')""",
    "definer function has an open search path": """
        SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('app', 'sec', 'ref') AND p.prosecdef AND NOT coalesce(p.proconfig, '{}')::text ~ 'search_path='""",
    "context function is volatile or changed": """
        SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'app'
        WHERE p.proname IN ('tenant_id', 'tenant_ids', 'provider_id')
        AND (p.provolatile <> 's' OR p.prosrc !~ ('current_setting\\(''app.' || p.proname || ''', true\\)'))""",
    "login may create in a schema": """
        SELECT l.rolname || ': ' || s FROM logins l, unnest(ARRAY['app', 'sec', 'ref', 'public']) s
        WHERE has_schema_privilege(l.oid, s, 'CREATE')""",
    "reference table has another owner": """
        SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'ref'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
        AND pg_get_userbyid(c.relowner) <> 'ref_owner'""",
    "reference table can be written past its functions": """
        SELECT l.rolname || ': ' || c.relname FROM logins l, pg_class c
        WHERE c.relnamespace = 'ref'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
        AND has_table_privilege(l.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')""",
    "reference table holds a clinic's row": """
        SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relnamespace = 'ref'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND a.attname IN ('tenant_id', 'provider_id')""",
    "reference table has rules of its own": """
        SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'ref'::regnamespace
        AND (c.relkind IN ('v', 'm') OR EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
             OR EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND c.oid IN (f.conrelid, f.confrelid)))""",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one object breaks."""

    rule: str
    thing: str


def violations(connection: Connection) -> list[Violation]:
    """Every violation in the database behind `connection` (any login may look). Empty is right."""
    values = {
        "global_tables": list(GLOBAL_TABLES),
        "canonical": _CANONICAL,
        "rollup_tables": list(ROLLUP_TABLES),
        "relay_tables": list(RELAY_TABLES),
        "identity_tables": list(IDENTITY_TABLES),
        "provider_open": list(PROVIDER_OPEN_TABLES),
        "definers": list(DEFINER_FUNCTIONS),
        "loaders": list(LOADER_FUNCTIONS),
        "logins": list(APP_LOGINS),
    }
    found = []
    for rule, query in _RULES.items():
        statement = text(
            f"WITH tables AS ({_TABLES}), logins AS (SELECT * FROM pg_roles WHERE rolname = ANY (:logins)) {query}"  # noqa: S608
        )
        used = {name: value for name, value in values.items() if f":{name}" in statement.text}
        found += [Violation(rule, str(row[0])) for row in connection.execute(statement, used)]
    return found
