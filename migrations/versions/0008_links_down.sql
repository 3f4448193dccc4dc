SET ROLE sec_owner;
DROP FUNCTION sec.link_receiver(text), sec.read_link(bytea);
CREATE FUNCTION sec.read_link(hash bytea) RETURNS TABLE (person_id uuid, email text, name text, has_password boolean, tenant_id uuid, clinic_name text, purpose text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, p.email, p.name, p.password_hash IS NOT NULL, l.tenant_id, c.name, l.purpose
  FROM sec.magic_link l JOIN sec.person p ON p.id = l.person_id LEFT JOIN app.clinic c ON c.tenant_id = l.tenant_id
  WHERE l.token_hash = hash AND l.used_at IS NULL AND l.expires_at > now() AND p.disabled_at IS NULL $$;
REVOKE EXECUTE ON FUNCTION sec.read_link(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.read_link(bytea) TO app_rw;
DELETE FROM sec.magic_link WHERE purpose = 'sign_in';
ALTER TABLE sec.magic_link DROP CONSTRAINT magic_link_purpose_check;
ALTER TABLE sec.magic_link ADD CONSTRAINT magic_link_purpose_check CHECK (purpose IN ('invitation', 'reset'));
SET ROLE app_owner;
