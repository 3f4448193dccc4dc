CREATE TABLE app.clinic (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  vendor_id uuid NOT NULL,
  name text NOT NULL,
  npi text,
  tin text,
  state text NOT NULL,
  timezone text NOT NULL,
  ehr text,
  contract_on date NOT NULL,
  status text NOT NULL CONSTRAINT ck_clinic_status CHECK (status IN ('onboarding', 'live', 'ended')),
  traits jsonb NOT NULL,
  version integer NOT NULL,
  CONSTRAINT pk_clinic PRIMARY KEY (tenant_id, id),
  CONSTRAINT uq_clinic_tenant_id UNIQUE (tenant_id),
  CONSTRAINT ck_clinic_is_tenant CHECK (tenant_id = id)
);
CALL app.protect('app.clinic');
GRANT SELECT, INSERT, UPDATE ON app.clinic TO app_rw;
CREATE POLICY identity_lookup ON app.clinic FOR SELECT TO sec_owner USING (true);
GRANT SELECT ON app.clinic TO sec_owner;

CREATE TABLE app.membership (
  tenant_id uuid NOT NULL,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  person_id uuid NOT NULL,
  email text NOT NULL,
  name text NOT NULL,
  role text NOT NULL CONSTRAINT ck_membership_role CHECK (role IN ('vendor_admin', 'account_manager', 'specialist', 'clinic_admin', 'provider')),
  provider_id uuid,
  status text NOT NULL CONSTRAINT ck_membership_status CHECK (status IN ('invited', 'active', 'ended')),
  invited_by text,
  invited_at timestamptz,
  accepted_at timestamptz,
  ended_at timestamptz,
  last_seen_at timestamptz,
  CONSTRAINT pk_membership PRIMARY KEY (tenant_id, id),
  CONSTRAINT uq_membership_tenant_id_person_id UNIQUE (tenant_id, person_id),
  CONSTRAINT fk_membership_tenant_id FOREIGN KEY (tenant_id) REFERENCES app.clinic (tenant_id),
  CONSTRAINT ck_membership_provider_named CHECK (role <> 'provider' OR provider_id IS NOT NULL)
);
CREATE INDEX ix_membership_person ON app.membership (person_id);
CALL app.protect('app.membership');
CALL app.protect_own('app.membership', 'provider_id');
GRANT SELECT, INSERT, UPDATE ON app.membership TO app_rw;
CREATE POLICY identity_lookup ON app.membership FOR SELECT TO sec_owner USING (true);
CREATE POLICY identity_update ON app.membership FOR UPDATE TO sec_owner USING (true);
GRANT SELECT, UPDATE ON app.membership TO sec_owner;
