-- People exist before a clinic is known, so they live in a schema that no application role may read: only these functions do.
SET ROLE sec_owner;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE sec.vendor (id uuid PRIMARY KEY, name text NOT NULL);
CREATE TABLE sec.person (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (email = lower(email)),
  name text NOT NULL,
  password_hash text,
  vendor_id uuid REFERENCES sec.vendor (id),
  vendor_role text CHECK (vendor_role IN ('vendor_admin', 'account_manager', 'specialist')),
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz,
  failures integer NOT NULL DEFAULT 0,
  locked_until timestamptz
);
CREATE TABLE sec.session (
  token_hash bytea PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES sec.person (id),
  opened_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  user_agent text
);
CREATE TABLE sec.api_token (
  token_hash bytea PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  person_id uuid NOT NULL REFERENCES sec.person (id),
  label text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz,
  revoked_at timestamptz
);
CREATE TABLE sec.magic_link (
  token_hash bytea PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES sec.person (id),
  tenant_id uuid,
  purpose text NOT NULL CHECK (purpose IN ('invitation', 'reset')),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE TABLE sec.idempotency (
  person_id uuid NOT NULL,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  status integer,
  body text,
  PRIMARY KEY (person_id, key)
);

CREATE FUNCTION sec.identity(p sec.person) RETURNS jsonb LANGUAGE sql STABLE
  SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object('id', p.id, 'email', p.email, 'name', p.name, 'vendor_id', p.vendor_id, 'vendor_role', p.vendor_role,
    'memberships', coalesce((
      SELECT jsonb_agg(jsonb_build_object('clinic_id', m.tenant_id, 'clinic_name', c.name, 'role', m.role,
        'provider_id', m.provider_id, 'timezone', c.timezone) ORDER BY c.name, m.tenant_id)
      FROM app.membership m JOIN app.clinic c ON c.tenant_id = m.tenant_id
      WHERE m.person_id = p.id AND m.status = 'active'), '[]'::jsonb)) $$;

CREATE FUNCTION sec.find_person(wanted text) RETURNS TABLE (id uuid, name text, password_hash text, disabled boolean, locked_until timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, p.name, p.password_hash, p.disabled_at IS NOT NULL, p.locked_until FROM sec.person p WHERE p.email = lower(wanted) $$;

CREATE FUNCTION sec.record_sign_in(who uuid, ok boolean) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.person SET failures = CASE WHEN ok THEN 0 ELSE failures + 1 END,
    locked_until = CASE WHEN NOT ok AND failures + 1 >= 10 THEN now() + interval '15 minutes' END
  WHERE id = who $$;

CREATE FUNCTION sec.open_session(hash bytea, who uuid, lifetime interval, agent text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sec.session (token_hash, person_id, expires_at, user_agent) VALUES (hash, who, now() + lifetime, left(agent, 200)) $$;

CREATE FUNCTION sec.session_identity(hash bytea, idle interval) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who sec.person; seen timestamptz;
BEGIN
  SELECT s.seen_at INTO seen FROM sec.session s
  WHERE s.token_hash = hash AND s.ended_at IS NULL AND s.expires_at > now() AND s.seen_at > now() - idle;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT p.* INTO who FROM sec.person p JOIN sec.session s ON s.person_id = p.id WHERE s.token_hash = hash AND p.disabled_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF seen < now() - interval '30 seconds' THEN UPDATE sec.session SET seen_at = now() WHERE token_hash = hash; END IF;
  RETURN sec.identity(who);
END $$;

CREATE FUNCTION sec.end_session(hash bytea) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.session SET ended_at = now() WHERE token_hash = hash AND ended_at IS NULL $$;

CREATE FUNCTION sec.end_sessions_of(who uuid) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.session SET ended_at = now() WHERE person_id = who AND ended_at IS NULL $$;

CREATE FUNCTION sec.issue_token(hash bytea, token_id uuid, who uuid, what text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sec.api_token (token_hash, id, person_id, label) VALUES (hash, token_id, who, what) $$;

CREATE FUNCTION sec.tokens_of(who uuid) RETURNS TABLE (id uuid, label text, created_at timestamptz, seen_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT t.id, t.label, t.created_at, t.seen_at FROM sec.api_token t WHERE t.person_id = who AND t.revoked_at IS NULL ORDER BY t.created_at $$;

CREATE FUNCTION sec.revoke_token(who uuid, token_id uuid) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE sec.api_token SET revoked_at = now() WHERE id = token_id AND person_id = who AND revoked_at IS NULL;
  RETURN FOUND;
END $$;

CREATE FUNCTION sec.token_identity(hash bytea) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who sec.person;
BEGIN
  SELECT p.* INTO who FROM sec.person p JOIN sec.api_token t ON t.person_id = p.id
  WHERE t.token_hash = hash AND t.revoked_at IS NULL AND p.disabled_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE sec.api_token SET seen_at = now() WHERE token_hash = hash AND (seen_at IS NULL OR seen_at < now() - interval '1 minute');
  RETURN sec.identity(who);
END $$;

CREATE FUNCTION sec.ensure_person(new_id uuid, wanted text, called text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found_id uuid;
BEGIN
  INSERT INTO sec.person (id, email, name) VALUES (new_id, lower(wanted), called) ON CONFLICT (email) DO NOTHING;
  SELECT p.id INTO found_id FROM sec.person p WHERE p.email = lower(wanted);
  RETURN found_id;
END $$;

CREATE FUNCTION sec.set_password(who uuid, hash text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.person SET password_hash = hash, failures = 0, locked_until = NULL WHERE id = who $$;

CREATE FUNCTION sec.set_name(who uuid, called text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.person SET name = called WHERE id = who;
  UPDATE app.membership SET name = called WHERE person_id = who $$;

CREATE FUNCTION sec.create_link(hash bytea, who uuid, clinic uuid, what text, lifetime interval) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE sec.magic_link SET used_at = now() WHERE person_id = who AND purpose = what AND tenant_id IS NOT DISTINCT FROM clinic AND used_at IS NULL;
  INSERT INTO sec.magic_link (token_hash, person_id, tenant_id, purpose, expires_at) VALUES (hash, who, clinic, what, now() + lifetime);
END $$;

CREATE FUNCTION sec.read_link(hash bytea) RETURNS TABLE (person_id uuid, email text, name text, has_password boolean, tenant_id uuid, clinic_name text, purpose text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, p.email, p.name, p.password_hash IS NOT NULL, l.tenant_id, c.name, l.purpose
  FROM sec.magic_link l JOIN sec.person p ON p.id = l.person_id LEFT JOIN app.clinic c ON c.tenant_id = l.tenant_id
  WHERE l.token_hash = hash AND l.used_at IS NULL AND l.expires_at > now() AND p.disabled_at IS NULL $$;

CREATE FUNCTION sec.use_link(hash bytea) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE link sec.magic_link;
BEGIN
  UPDATE sec.magic_link SET used_at = now() WHERE token_hash = hash AND used_at IS NULL AND expires_at > now() RETURNING * INTO link;
  IF NOT FOUND THEN RETURN false; END IF;
  UPDATE app.membership SET status = 'active', accepted_at = now() WHERE tenant_id = link.tenant_id AND person_id = link.person_id AND status = 'invited';
  RETURN true;
END $$;

CREATE FUNCTION sec.ensure_vendor(new_id uuid, called text) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found_id uuid;
BEGIN
  SELECT v.id INTO found_id FROM sec.vendor v ORDER BY v.id LIMIT 1;
  IF found_id IS NULL THEN INSERT INTO sec.vendor (id, name) VALUES (new_id, called); found_id := new_id; END IF;
  RETURN found_id;
END $$;

CREATE FUNCTION sec.set_vendor_role(who uuid, vendor uuid, what text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.person SET vendor_id = vendor, vendor_role = what WHERE id = who $$;

CREATE FUNCTION sec.grant_vendor_role(who uuid, vendor uuid, what text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE sec.person SET vendor_id = vendor, vendor_role = what WHERE id = who AND vendor_role IS NULL $$;

CREATE FUNCTION sec.vendor_staff(vendor uuid) RETURNS TABLE (id uuid, email text, name text, vendor_role text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT p.id, p.email, p.name, p.vendor_role FROM sec.person p WHERE p.vendor_id = vendor AND p.disabled_at IS NULL ORDER BY p.name $$;

CREATE FUNCTION sec.begin_idempotent(who uuid, wanted text, hash bytea) RETURNS TABLE (fresh boolean, same boolean, status integer, body text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM sec.idempotency i WHERE i.person_id = who AND i.key = wanted
    AND (i.created_at < now() - interval '48 hours' OR (i.status IS NULL AND i.created_at < now() - interval '2 minutes'));
  INSERT INTO sec.idempotency (person_id, key, request_hash) VALUES (who, wanted, hash) ON CONFLICT DO NOTHING;
  IF FOUND THEN RETURN QUERY SELECT true, true, NULL::integer, NULL::text; RETURN; END IF;
  RETURN QUERY SELECT false, i.request_hash = hash, i.status, i.body FROM sec.idempotency i WHERE i.person_id = who AND i.key = wanted;
END $$;

CREATE FUNCTION sec.end_idempotent(who uuid, wanted text, code integer, answer text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM sec.idempotency WHERE person_id = who AND key = wanted AND code IS NULL;
  UPDATE sec.idempotency SET status = code, body = answer WHERE person_id = who AND key = wanted $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA sec FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.find_person(text), sec.record_sign_in(uuid, boolean), sec.open_session(bytea, uuid, interval, text),
  sec.session_identity(bytea, interval), sec.end_session(bytea), sec.end_sessions_of(uuid), sec.issue_token(bytea, uuid, uuid, text),
  sec.tokens_of(uuid), sec.revoke_token(uuid, uuid), sec.token_identity(bytea), sec.ensure_person(uuid, text, text),
  sec.set_password(uuid, text), sec.set_name(uuid, text), sec.create_link(bytea, uuid, uuid, text, interval), sec.read_link(bytea),
  sec.use_link(bytea), sec.ensure_vendor(uuid, text), sec.set_vendor_role(uuid, uuid, text), sec.grant_vendor_role(uuid, uuid, text), sec.vendor_staff(uuid),
  sec.begin_idempotent(uuid, text, bytea), sec.end_idempotent(uuid, text, integer, text) TO app_rw;
GRANT SELECT ON ALL TABLES IN SCHEMA sec TO app_backup;
SET ROLE app_owner;
