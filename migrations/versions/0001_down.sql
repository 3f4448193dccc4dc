DROP TABLE app.schedule, app.outbox CASCADE;
DROP TABLE app.membership, app.clinic CASCADE;
SET ROLE sec_owner;
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'sec' LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', f);
  END LOOP; END $$;
DROP TABLE sec.idempotency, sec.magic_link, sec.api_token, sec.session, sec.person, sec.vendor CASCADE;
SET ROLE app_owner;
DROP PROCEDURE app.protect(regclass), app.protect_own(regclass, name), app.protect_staff(regclass);
DROP FUNCTION app.tenant_id(), app.tenant_ids(), app.provider_id() CASCADE;
