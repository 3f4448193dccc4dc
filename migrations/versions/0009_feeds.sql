SET ROLE sec_owner;
CREATE TABLE sec.calendar_feed (
  token_hash bytea PRIMARY KEY,
  id uuid NOT NULL UNIQUE,
  person_id uuid NOT NULL REFERENCES sec.person (id),
  label text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX ix_calendar_feed_person ON sec.calendar_feed (person_id);

CREATE FUNCTION sec.issue_feed(hash bytea, feed_id uuid, who uuid, what text) RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO sec.calendar_feed (token_hash, id, person_id, label) VALUES (hash, feed_id, who, what) $$;

CREATE FUNCTION sec.feeds_of(who uuid) RETURNS TABLE (id uuid, label text, created_at timestamptz, seen_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT f.id, f.label, f.created_at, f.seen_at FROM sec.calendar_feed f
  WHERE f.person_id = who AND f.revoked_at IS NULL ORDER BY f.created_at $$;

CREATE FUNCTION sec.revoke_feed(who uuid, feed_id uuid) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE sec.calendar_feed SET revoked_at = now() WHERE id = feed_id AND person_id = who AND revoked_at IS NULL;
  RETURN FOUND;
END $$;

CREATE FUNCTION sec.feed_identity(hash bytea) RETURNS jsonb
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE who sec.person;
BEGIN
  SELECT p.* INTO who FROM sec.person p JOIN sec.calendar_feed f ON f.person_id = p.id
  WHERE f.token_hash = hash AND f.revoked_at IS NULL AND p.disabled_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  UPDATE sec.calendar_feed SET seen_at = now() WHERE token_hash = hash AND (seen_at IS NULL OR seen_at < now() - interval '1 minute');
  RETURN sec.identity(who);
END $$;

REVOKE EXECUTE ON FUNCTION sec.issue_feed(bytea, uuid, uuid, text), sec.feeds_of(uuid), sec.revoke_feed(uuid, uuid),
  sec.feed_identity(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.issue_feed(bytea, uuid, uuid, text), sec.feeds_of(uuid), sec.revoke_feed(uuid, uuid),
  sec.feed_identity(bytea) TO app_rw;
GRANT SELECT ON sec.calendar_feed TO app_backup;
SET ROLE app_owner;
