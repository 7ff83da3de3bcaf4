-- By which change windows a credential's next rotation was planned; empty: by none. When they are
-- others, it is planned anew even where its rule moves no date.
ALTER TABLE secret_binding ADD COLUMN windows_digest text NOT NULL DEFAULT '' CHECK (length(windows_digest) <= 64);
