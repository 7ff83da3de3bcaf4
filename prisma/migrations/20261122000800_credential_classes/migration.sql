-- Every class of credential (DESIGN §2), wherever it is stored and in whichever region.

ALTER TABLE secret_binding DROP CONSTRAINT secret_binding_class_check;
ALTER TABLE secret_binding
  ADD CONSTRAINT secret_binding_class_check CHECK (class IN ('database-credential', 'dynamic-database-credential',
    'api-token', 'oauth-client-secret', 'signing-key', 'root-ca', 'intermediate-ca', 'tls-certificate',
    'cloud-credential', 'workload-identity', 'user-password', 'manual')),
  ADD CONSTRAINT secret_binding_store_check CHECK (store IN ('openbao', 'azure-key-vault', 'keycloak', 'kubernetes', 'file', 'none')),
  -- Where it is used; NULL: in every region of the installation.
  ADD COLUMN region text CHECK (region ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  -- Made by a verb or a person, or found in a store and bound by nobody.
  ADD COLUMN origin text NOT NULL DEFAULT 'bound' CHECK (origin IN ('bound', 'discovered')),
  -- When discovery last saw it in its store, and since when it was not there any more.
  ADD COLUMN last_seen_at timestamptz,
  ADD COLUMN missing_since timestamptz,
  -- When a person said that its value leaked; cleared when the leaked value is proved dead.
  ADD COLUMN leaked_at timestamptz;
