import type pg from "pg";

export interface SessionRow {
  readonly session_id: string;
  readonly realm: string;
  readonly issuer: string;
  readonly subject: string;
  readonly sid: string;
  readonly tenants: string[];
  readonly roles: string[];
  readonly scopes: string[];
  readonly refresh_token_enc: Buffer | null;
  readonly roles_checked_at: Date;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
}

/** The console's sessions of a person, newest first, as stored. */
export async function sessionRows(
  database: pg.Client,
  issuer: string,
  subject: string,
): Promise<SessionRow[]> {
  const { rows } = await database.query<SessionRow>(
    "SELECT * FROM session WHERE issuer = $1 AND subject = $2 ORDER BY created_at DESC",
    [issuer, subject],
  );
  return rows;
}

/** As if the roles had been read a minute and a second ago. */
export async function age(database: pg.Client, sessionId: string): Promise<void> {
  await database.query(
    `UPDATE session SET roles_checked_at = clock_timestamp() - interval '61 seconds'
     WHERE session_id = $1`,
    [sessionId],
  );
}
