-- Reference tables of the primary sources: the same for every clinic, so they lie in a schema of their own and hold no tenant's row.
-- The application reads them. Only the functions below write them, in the worker's login, and each checks what it is asked.
SET ROLE ref_owner;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE ref.leie (
  lastname text NOT NULL, firstname text NOT NULL, midname text NOT NULL, busname text NOT NULL, general text NOT NULL,
  specialty text NOT NULL, upin text NOT NULL, npi text NOT NULL, dob text NOT NULL, address text NOT NULL, city text NOT NULL,
  state text NOT NULL, zip text NOT NULL, excltype text NOT NULL, excldate text NOT NULL, reindate text NOT NULL,
  waiverdate text NOT NULL, wvrstate text NOT NULL);
CREATE TABLE ref.sam (
  classification text NOT NULL, name text NOT NULL, prefix text NOT NULL, first text NOT NULL, middle text NOT NULL,
  last text NOT NULL, suffix text NOT NULL, address_1 text NOT NULL, address_2 text NOT NULL, address_3 text NOT NULL,
  address_4 text NOT NULL, city text NOT NULL, state_province text NOT NULL, country text NOT NULL, zip_code text NOT NULL,
  open_data_flag text NOT NULL, blank_deprecated text NOT NULL, unique_entity_id text NOT NULL, exclusion_program text NOT NULL,
  excluding_agency text NOT NULL, ct_code text NOT NULL, exclusion_type text NOT NULL, additional_comments text NOT NULL,
  active_date text NOT NULL, termination_date text NOT NULL, record_status text NOT NULL, cross_reference text NOT NULL,
  sam_number text NOT NULL, cage text NOT NULL, npi text NOT NULL, creation_date text NOT NULL);
CREATE TABLE ref.cms_enrollment (
  npi text NOT NULL, multiple_npi_flag text NOT NULL, pecos_asct_cntl_id text NOT NULL, enrlmt_id text NOT NULL,
  provider_type_cd text NOT NULL, provider_type_desc text NOT NULL, state_cd text NOT NULL, first_name text NOT NULL,
  mdl_name text NOT NULL, last_name text NOT NULL, org_name text NOT NULL);
CREATE TABLE ref.cms_reassignment (reasgn_bnft_enrlmt_id text NOT NULL, rcv_bnft_enrlmt_id text NOT NULL);
CREATE TABLE ref.opt_out (
  first_name text NOT NULL, last_name text NOT NULL, npi text NOT NULL, specialty text NOT NULL, optout_effective_date text NOT NULL,
  optout_end_date text NOT NULL, first_line_street_address text NOT NULL, second_line_street_address text NOT NULL,
  city_name text NOT NULL, state_code text NOT NULL, zip_code text NOT NULL, eligible_to_order_and_refer text NOT NULL,
  last_updated text NOT NULL);
CREATE TABLE ref.license (
  state text NOT NULL, board text NOT NULL, license_number text NOT NULL, license_type text NOT NULL, last_name text NOT NULL,
  first_name text NOT NULL, middle_name text NOT NULL, status text NOT NULL, issued_on text NOT NULL, expires_on text NOT NULL,
  city text NOT NULL, county text NOT NULL, discipline text NOT NULL);
-- Further names under which a row is found: halves of double names, names without accents and blanks. `raw` is the row's own name.
-- They follow from names alone, so they outlive versions: a load adds those of names that no version had before.
CREATE TABLE ref.leie_alias (key text NOT NULL, raw text NOT NULL);
CREATE TABLE ref.sam_alias (key text NOT NULL, raw text NOT NULL);
CREATE INDEX ix_leie_alias_key ON ref.leie_alias (hashtextextended(key, 0));
CREATE INDEX ix_sam_alias_key ON ref.sam_alias (hashtextextended(key, 0));

-- One row for each attempt to load. The newest with outcome `loaded` is the version that the tables hold.
CREATE TABLE ref.load (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL CHECK (source IN ('leie', 'sam', 'cms_enrollment', 'cms_reassignment', 'opt_out', 'license')),
  outcome text NOT NULL CHECK (outcome IN ('loaded', 'unchanged', 'failed')),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  rows bigint, bytes bigint, sha256 text, etag text NOT NULL DEFAULT '', last_modified text NOT NULL DEFAULT '',
  seconds double precision, error text, by_name text NOT NULL);
CREATE INDEX ix_load_newest ON ref.load (source, id DESC);

-- The indexes of a source's table, by its name at the moment. Hashes of names keep them small and quick to build.
CREATE FUNCTION ref.index_statements(source text, t text) RETURNS text[] LANGUAGE sql IMMUTABLE
  SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE source
    WHEN 'leie' THEN ARRAY[
      format('CREATE INDEX %I ON ref.%I (npi) WHERE npi <> ''0000000000''', 'ix_' || t || '_npi', t),
      format('CREATE INDEX %I ON ref.%I (hashtextextended(lastname || ''|'' || firstname, 0))', 'ix_' || t || '_name', t)]
    WHEN 'sam' THEN ARRAY[
      format('CREATE INDEX %I ON ref.%I (npi) WHERE npi <> ''''', 'ix_' || t || '_npi', t),
      format('CREATE INDEX %I ON ref.%I (hashtextextended(upper(last) || ''|'' || upper(first), 0))', 'ix_' || t || '_name', t)]
    WHEN 'cms_enrollment' THEN ARRAY[
      format('CREATE INDEX %I ON ref.%I (npi)', 'ix_' || t || '_npi', t),
      format('CREATE INDEX %I ON ref.%I (enrlmt_id)', 'ix_' || t || '_id', t)]
    WHEN 'cms_reassignment' THEN ARRAY[format('CREATE INDEX %I ON ref.%I (reasgn_bnft_enrlmt_id)', 'ix_' || t || '_from', t)]
    WHEN 'opt_out' THEN ARRAY[format('CREATE INDEX %I ON ref.%I (npi)', 'ix_' || t || '_npi', t)]
    WHEN 'license' THEN ARRAY[
      format('CREATE INDEX %I ON ref.%I (state, ltrim(upper(license_number), ''0''))', 'ix_' || t || '_number', t)]
  END $$;

DO $$ DECLARE source text; statement text; BEGIN
  FOREACH source IN ARRAY ARRAY['leie', 'sam', 'cms_enrollment', 'cms_reassignment', 'opt_out', 'license'] LOOP
    FOREACH statement IN ARRAY ref.index_statements(source, source) LOOP EXECUTE statement; END LOOP;
  END LOOP; END $$;

-- Begins a load: makes the empty tables beside the present ones, which only the caller may fill, until its transaction ends.
CREATE FUNCTION ref.begin_load(wanted text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE t text;
BEGIN
  IF wanted IS NULL OR ref.index_statements(wanted, wanted) IS NULL THEN RAISE EXCEPTION 'no such source: %', wanted; END IF;
  PERFORM pg_advisory_xact_lock(73015582, hashtext(wanted));
  FOREACH t IN ARRAY CASE WHEN wanted IN ('leie', 'sam') THEN ARRAY[wanted, wanted || '_alias'] ELSE ARRAY[wanted] END LOOP
    EXECUTE format('CREATE TABLE ref.%I (LIKE ref.%I)', t || '_beside', t);
    EXECUTE format('GRANT SELECT, INSERT ON ref.%I TO %I', t || '_beside', session_user);
  END LOOP;
END $$;

-- Ends a load: counts what arrived, compares it with the present version, builds the indexes and puts it in its place.
CREATE FUNCTION ref.finish_load(wanted text, promised bigint, file_bytes bigint, file_sha256 text, file_etag text,
  file_last_modified text, accept_fewer boolean, began timestamptz, who text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE found bigint; before bigint; t text; statement text;
BEGIN
  IF wanted IS NULL OR ref.index_statements(wanted, wanted) IS NULL THEN RAISE EXCEPTION 'no such source: %', wanted; END IF;
  EXECUTE format('SELECT count(*) FROM ref.%I', wanted || '_beside') INTO found;
  IF found <> promised OR found = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'OP001', MESSAGE = format('%s rows were read and %s arrived', promised, found);
  END IF;
  SELECT l.rows INTO before FROM ref.load l WHERE l.source = wanted AND l.outcome = 'loaded' ORDER BY l.id DESC LIMIT 1;
  IF found * 10 < before * 9 AND NOT accept_fewer THEN
    RAISE EXCEPTION USING ERRCODE = 'OP002', MESSAGE = format('%s rows, and the present version has %s', found, before);
  END IF;
  SET LOCAL maintenance_work_mem = '256MB';
  FOREACH statement IN ARRAY ref.index_statements(wanted, wanted || '_beside') LOOP EXECUTE statement; END LOOP;
  SET LOCAL default_statistics_target = 1; -- nearly every value occurs once; a glance shows it
  EXECUTE format('ANALYZE ref.%I', wanted || '_beside');
  EXECUTE format('REVOKE ALL ON ref.%I FROM %I', wanted || '_beside', session_user);
  EXECUTE format('DROP TABLE ref.%I', wanted);
  EXECUTE format('ALTER TABLE ref.%I RENAME TO %I', wanted || '_beside', wanted);
  EXECUTE format('GRANT SELECT ON ref.%I TO app_rw, app_backup', wanted);
  IF wanted IN ('leie', 'sam') THEN
    EXECUTE format('INSERT INTO ref.%I SELECT * FROM ref.%I', wanted || '_alias', wanted || '_alias_beside');
    EXECUTE format('DROP TABLE ref.%I', wanted || '_alias_beside');
  END IF;
  FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ref'::regnamespace AND c.relkind = 'i'
           AND c.relname LIKE 'ix\_' || replace(wanted, '_', '\_') || '\_beside%' LOOP
    EXECUTE format('ALTER INDEX ref.%I RENAME TO %I', t, replace(t, '_beside', ''));
  END LOOP;
  INSERT INTO ref.load (source, outcome, rows, bytes, sha256, etag, last_modified, seconds, by_name)
    VALUES (wanted, 'loaded', found, file_bytes, file_sha256, coalesce(file_etag, ''), coalesce(file_last_modified, ''),
            extract(epoch FROM clock_timestamp() - began), who);
  RETURN found;
END $$;

-- Notes an attempt that changed nothing: the publisher had no new version, or the new one was refused.
CREATE FUNCTION ref.note_attempt(wanted text, how text, why text, who text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF how NOT IN ('unchanged', 'failed') THEN RAISE EXCEPTION 'an attempt is unchanged or failed'; END IF;
  INSERT INTO ref.load (source, outcome, error, by_name) VALUES (wanted, how, left(why, 2000), who);
END $$;

GRANT SELECT ON ALL TABLES IN SCHEMA ref TO app_rw, app_backup;
GRANT EXECUTE ON FUNCTION ref.begin_load(text), ref.note_attempt(text, text, text, text),
  ref.finish_load(text, bigint, bigint, text, text, text, boolean, timestamptz, text) TO app_worker;
REVOKE EXECUTE ON FUNCTION ref.index_statements(text, text), ref.begin_load(text), ref.note_attempt(text, text, text, text),
  ref.finish_load(text, bigint, bigint, text, text, text, boolean, timestamptz, text) FROM PUBLIC;
SET ROLE app_owner;
