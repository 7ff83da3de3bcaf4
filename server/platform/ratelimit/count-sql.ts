import "server-only";

/** How long calls are counted together, by the database's clock (law 8). */
export const COUNTED_MILLIS = 60_000;

/**
 * The INSERT that counts calls. `rows` is a SELECT of key, number of calls and the end of a minute
 * that begins now, in milliseconds since 1970; gives the points of the minute and its end.
 */
export function countSql(rows: string): string {
  const isOver = `r.expire <= excluded.expire - ${COUNTED_MILLIS}`;
  return `INSERT INTO rate_limit AS r (key, points, expire) ${rows}
    ON CONFLICT (key) DO UPDATE SET
      points = CASE WHEN ${isOver} THEN excluded.points ELSE r.points + excluded.points END,
      expire = CASE WHEN ${isOver} THEN excluded.expire ELSE r.expire END
    RETURNING points, expire`;
}

/** Milliseconds since 1970, as the database sees them. */
export const NOW_MILLIS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
