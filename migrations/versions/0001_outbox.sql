CREATE TABLE app.outbox (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  topic text NOT NULL,
  payload jsonb NOT NULL,
  dedupe_key text,
  actor_id uuid,
  actor_name text NOT NULL,
  next_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  max_attempts integer NOT NULL,
  locked_until timestamptz,
  fence integer NOT NULL,
  done_at timestamptz,
  dead_at timestamptz,
  last_error text,
  progress_done integer NOT NULL,
  progress_total integer NOT NULL,
  result jsonb,
  CONSTRAINT pk_outbox PRIMARY KEY (tenant_id, id),
  CONSTRAINT uq_outbox_tenant_id_topic_dedupe_key UNIQUE (tenant_id, topic, dedupe_key),
  CONSTRAINT fk_outbox_tenant_id FOREIGN KEY (tenant_id) REFERENCES app.clinic (tenant_id)
);
CREATE INDEX ix_outbox_due ON app.outbox (next_at) WHERE done_at IS NULL AND dead_at IS NULL;
CREATE INDEX ix_outbox_id ON app.outbox (id);
CALL app.protect('app.outbox');
GRANT SELECT, INSERT, UPDATE, DELETE ON app.outbox TO app_rw;
CREATE POLICY relay ON app.outbox FOR ALL TO app_relay USING (true) WITH CHECK (true);
GRANT SELECT (tenant_id, id, topic, dedupe_key, next_at, attempts, locked_until, done_at, dead_at), UPDATE (next_at),
  INSERT (tenant_id, id, created_at, topic, payload, dedupe_key, actor_name, next_at, attempts, max_attempts, fence, progress_done, progress_total)
  ON app.outbox TO app_relay;
CREATE POLICY identity_lookup ON app.outbox FOR SELECT TO sec_owner USING (true);
GRANT SELECT (tenant_id, id) ON app.outbox TO sec_owner;

CREATE TABLE app.schedule (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  topic text NOT NULL,
  payload jsonb NOT NULL,
  every_s integer NOT NULL,
  due_at timestamptz NOT NULL,
  CONSTRAINT pk_schedule PRIMARY KEY (tenant_id, id),
  CONSTRAINT uq_schedule_tenant_id_topic UNIQUE (tenant_id, topic),
  CONSTRAINT fk_schedule_tenant_id FOREIGN KEY (tenant_id) REFERENCES app.clinic (tenant_id)
);
CREATE INDEX ix_schedule_due ON app.schedule (due_at);
CALL app.protect('app.schedule');
GRANT SELECT, INSERT, UPDATE, DELETE ON app.schedule TO app_rw;
CREATE POLICY relay ON app.schedule FOR ALL TO app_relay USING (true) WITH CHECK (true);
GRANT SELECT, UPDATE (due_at) ON app.schedule TO app_relay;

SET ROLE sec_owner;
CREATE FUNCTION sec.job_tenant(job uuid) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT o.tenant_id FROM app.outbox o WHERE o.id = job $$;
REVOKE EXECUTE ON FUNCTION sec.job_tenant(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sec.job_tenant(uuid) TO app_rw;
SET ROLE app_owner;
