-- Mentions that a person has read: what is not here is in that person's inbox.
CREATE TABLE mention_read (
  tenant_id text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  comment_id uuid NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, issuer, subject, comment_id),
  FOREIGN KEY (tenant_id, comment_id) REFERENCES deployment_comment (tenant_id, comment_id)
);
CALL app.protect('mention_read', 'SELECT, INSERT', 'SELECT');
