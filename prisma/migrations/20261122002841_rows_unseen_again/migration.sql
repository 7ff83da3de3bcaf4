-- What was filled is under its policies again, for the owner too.
ALTER TABLE deployment_request FORCE ROW LEVEL SECURITY;
ALTER TABLE legal_hold FORCE ROW LEVEL SECURITY;
