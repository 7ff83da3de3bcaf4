-- How the console is logged in to its secret stores: no token, no claim. Kept in the Sovereign's
-- own tenant, whose log tells of every login.
CREATE TABLE store_login (
  tenant_id text NOT NULL REFERENCES tenant,
  -- Where the store answers, and which replica of the worker it is.
  address text NOT NULL CHECK (length(address) BETWEEN 1 AND 300),
  worker text NOT NULL CHECK (length(worker) BETWEEN 1 AND 200),
  method text NOT NULL CHECK (method IN ('token', 'jwt', 'kubernetes', 'cert')),
  role text NOT NULL DEFAULT '' CHECK (length(role) <= 200),
  -- NULL: it is logged in. Else a code, and since when.
  error_code text CHECK (length(error_code) <= 60),
  since timestamptz NOT NULL,
  -- NULL: it does not end.
  expires_at timestamptz,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, address, worker)
);
CALL app.protect('store_login', 'SELECT', 'SELECT, INSERT, UPDATE', false);
