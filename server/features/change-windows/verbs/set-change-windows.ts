import "server-only";
import { isDeepStrictEqual } from "node:util";
import { uuidv7 } from "uuidv7";
import { openings } from "#server/engines/rotation/change-window.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { windowsInForce } from "../in-force.ts";
import { ChangeWindowsSet, SetChangeWindowsInput } from "../schema.ts";

const FORTNIGHT_MILLIS = 15 * 86_400_000;

/**
 * Says when scheduled rotations of an environment may start; no windows = always. The worker plans
 * its credentials anew within seconds.
 */
export const setChangeWindows = verb({
  name: "changeWindows.set",
  scope: "runtime.policies.manage",
  input: SetChangeWindowsInput,
  output: ChangeWindowsSet,
  async run({ tx, tenant, input }) {
    const { environment, windows, reason } = input;
    // One writer at a time: what was read below is what is replaced.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `change_window|${tenant}|${environment}`,
    ]);
    const now = await tx.startedAt();
    for (const [at, window] of windows.entries()) {
      if (openings([window], now, new Date(now.getTime() + FORTNIGHT_MILLIS)).length === 0) {
        throw new AppError("invalid", `windows.${at}: never opens`, {
          said: { key: "windows.neverOpens", args: { number: at + 1 } },
          field: `windows.${at}`,
        });
      }
    }
    const before = (await windowsInForce(tx, tenant)).of(environment);
    const plain = (each: {
      days: readonly number[];
      start: string;
      end: string;
      timeZone: string;
    }) => ({
      days: [...each.days],
      start: each.start,
      end: each.end,
      timeZone: each.timeZone,
    });
    const output = { environment, count: windows.length };
    if (isDeepStrictEqual(before.map(plain), windows.map(plain))) return unchanged(output);
    await tx.query("DELETE FROM change_window WHERE tenant_id = $1 AND environment = $2", [
      tenant,
      environment,
    ]);
    for (const { days, start, end, timeZone } of windows) {
      await tx.query(
        `INSERT INTO change_window (tenant_id, window_id, environment, days, start_time, end_time, time_zone, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())`,
        [tenant, uuidv7(), environment, days, start, end, timeZone],
      );
    }
    return audited(output, {
      type: "runtime.policies.change-windows-set",
      subject: `environment/${environment}`,
      payload: { environment, before: before.map(plain), after: windows.map(plain), reason },
    });
  },
});
