-- Who may see what, in one place. Runs as app_owner.
ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE FUNCTION app.tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT NULLIF(current_setting('app.tenant_id', true), '')::uuid $$;
CREATE FUNCTION app.tenant_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT NULLIF(current_setting('app.tenant_ids', true), '')::uuid[] $$;
CREATE FUNCTION app.provider_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT NULLIF(current_setting('app.provider_id', true), '')::uuid $$;
GRANT EXECUTE ON FUNCTION app.tenant_id(), app.tenant_ids(), app.provider_id() TO app_rw, app_relay, app_backup, sec_owner;

-- Every tenant table goes through this: enabled, forced, one policy in one form.
CREATE PROCEDURE app.protect(t regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
  EXECUTE format('CREATE POLICY tenant_isolation ON %s AS PERMISSIVE FOR ALL TO app_rw USING (tenant_id = (SELECT app.tenant_id())) WITH CHECK (tenant_id = (SELECT app.tenant_id()))', t);
  EXECUTE format('GRANT SELECT ON %s TO app_backup', t);
END $$;

-- A provider sees only the rows that carry their own id in this column.
CREATE PROCEDURE app.protect_own(t regclass, col name) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY own_record ON %s AS RESTRICTIVE FOR ALL TO app_rw USING ((SELECT app.provider_id() IS NULL) OR %I = (SELECT app.provider_id()))', t, col);
END $$;

-- A provider sees nothing of this table. The whole question is the sub-select: as a boolean the planner takes half the rows for
-- let through, while `(SELECT …) IS NULL` counts as one row in 200 and costs the index that a page is ordered by (measured: 4x).
CREATE PROCEDURE app.protect_staff(t regclass) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY staff_only ON %s AS RESTRICTIVE FOR ALL TO app_rw USING ((SELECT app.provider_id() IS NULL))', t);
END $$;
