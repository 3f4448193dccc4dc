-- Links that sign one person in once: for providers and clinic staff, never for the vendor's staff.
SET ROLE sec_owner;
ALTER TABLE sec.magic_link DROP CONSTRAINT magic_link_purpose_check;
ALTER TABLE sec.magic_link ADD CONSTRAINT magic_link_purpose_check CHECK (purpose IN ('invitation', 'reset', 'sign_in'));

CREATE FUNCTION sec.link_receiver(wanted text) RETURNS TABLE (person_id uuid, tenant_id uuid, membership_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, m.tenant_id, m.id FROM sec.person p JOIN app.membership m ON m.person_id = p.id
  WHERE p.email = lower(wanted) AND p.disabled_at IS NULL AND p.vendor_role IS NULL AND m.status = 'active'
    AND NOT EXISTS (SELECT 1 FROM app.membership v WHERE v.person_id = p.id AND v.status = 'active'
      AND v.role NOT IN ('clinic_admin', 'provider'))
  ORDER BY m.last_seen_at DESC NULLS LAST, m.tenant_id LIMIT 1 $$;

DROP FUNCTION sec.read_link(bytea);
CREATE FUNCTION sec.read_link(hash bytea) RETURNS TABLE (person_id uuid, email text, name text, has_password boolean, is_vendor boolean,
    tenant_id uuid, clinic_name text, purpose text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, p.email, p.name, p.password_hash IS NOT NULL, p.vendor_role IS NOT NULL, l.tenant_id, c.name, l.purpose
  FROM sec.magic_link l JOIN sec.person p ON p.id = l.person_id LEFT JOIN app.clinic c ON c.tenant_id = l.tenant_id
  WHERE l.token_hash = hash AND l.used_at IS NULL AND l.expires_at > now() AND p.disabled_at IS NULL
    AND (l.purpose <> 'sign_in' OR (p.vendor_role IS NULL AND EXISTS (
      SELECT 1 FROM app.membership m WHERE m.tenant_id = l.tenant_id AND m.person_id = p.id AND m.status = 'active'
        AND m.role IN ('clinic_admin', 'provider')))) $$;

REVOKE EXECUTE ON FUNCTION sec.link_receiver(text), sec.read_link(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.link_receiver(text), sec.read_link(bytea) TO app_rw;
SET ROLE app_owner;
