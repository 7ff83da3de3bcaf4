import { closeSync, openSync, readSync, statSync } from "node:fs";
import type pg from "pg";
import type { Answer } from "./call-procedure.ts";
import { captureLogs } from "./captured-logs.ts";
import { textsIn, withoutAccidents } from "./compare-answers.ts";
import { idsOfRows, markOfRows } from "./foreign-rows.ts";

const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g;

export interface Watched {
  /** The tenant of which nothing may be seen, and the text that all of its records hold. */
  tenant: string;
  canary: string;
  admin: pg.Client;
  superuserUrl: string;
  /** The database server's log. */
  serverLog: string;
  /** How many calls were made so far. */
  calls(): number;
}

/** Looks after every call for anything of another tenant: in answers, logs, rows and connections. */
export class LeakWatch {
  /** Why the run fails, each naming what is at fault. */
  readonly failures = new Set<string>();
  leaks = 0;
  readonly #of: Watched;
  readonly #logs = captureLogs();
  readonly #everSent = new Set<string>();
  #foreignIds = new Set<string>();
  #foreignMark = "";
  #logMark = 0;
  #serverLogMark = 0;

  constructor(watched: Watched) {
    this.#of = watched;
  }

  /** What the foreign tenant has now is what must not be seen from here on. */
  async watchFromHere(): Promise<void> {
    this.#foreignIds = await idsOfRows(this.#of.admin, this.#of.tenant);
    this.#foreignMark = await markOfRows(this.#of.admin, this.#of.tenant);
    this.#logMark = this.#logs.mark();
    this.#serverLogMark = statSync(this.#of.serverLog).size;
  }

  /** What must hold after every call, whatever came of it. */
  async inspect(what: string, answer: Answer, sent: unknown, type: string): Promise<void> {
    const sentText = JSON.stringify(sent ?? null, (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    if (answer.text.includes(this.#of.canary)) this.leak(`${what}: a foreign canary in the answer`);
    // What the caller sent once, as a reference in a text say, may come back at any time.
    for (const [id] of (sentText ?? "").matchAll(UUID)) this.#everSent.add(id);
    for (const [id] of answer.text.matchAll(UUID)) {
      if (this.#foreignIds.has(id) && !this.#everSent.has(id)) {
        this.leak(`${what}: a foreign id in the answer`);
      }
    }
    if (answer.status >= 500 && answer.status !== 503) {
      const line = this.#logs.since(this.#logMark).join("");
      const [, message] = /"err":\{.*?"message":"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
      this.failures.add(`${what}: internal error: ${message ?? answer.text.slice(-300)}`);
    }
    for (const line of this.#logs.since(this.#logMark)) {
      if (line.includes(this.#of.canary)) this.leak(`${what}: a foreign canary in a log line`);
    }
    this.#logMark = this.#logs.mark();
    this.#lookAtServerLog(what);
    await this.#lookAtConnections(what);
    if (type === "mutation" || this.#of.calls() % 10 === 0) {
      const mark = await markOfRows(this.#of.admin, this.#of.tenant);
      if (mark !== this.#foreignMark) {
        const before = new Set(this.#foreignMark.split("\n"));
        const changed = mark.split("\n").filter((line) => !before.has(line));
        this.leak(`${what}: foreign rows changed: ${changed.join(", ")}`);
        this.#foreignMark = mark;
      }
    }
  }

  #lookAtServerLog(what: string): void {
    const size = statSync(this.#of.serverLog).size;
    if (size === this.#serverLogMark) return;
    const added = textOf(this.#of.serverLog, this.#serverLogMark, size);
    // One server, many databases: other runs have their own foreign tenant.
    const database = new URL(this.#of.superuserUrl).pathname.slice(1);
    const entries = added.split(/\n(?=\d{4}-\d\d-\d\d )/);
    const text = entries.filter((entry) => entry.includes(`@${database} `)).join("\n");
    this.#serverLogMark = size;
    if (text.includes(this.#of.canary)) this.leak(`${what}: a foreign canary in the server's log`);
  }

  /** No context, setting or lock may stay on a connection that waits for the next call. */
  async #lookAtConnections(what: string): Promise<void> {
    const { consolePools } = globalThis as unknown as { consolePools?: Record<string, pg.Pool> };
    const pool = consolePools?.tenant;
    if (!pool) return;
    const { rows } = await pool.query<{ residue: string }>(
      `SELECT concat_ws(',', nullif(current_setting('app.context', true), ''),
         nullif(current_setting('row_security'), 'on'), nullif(current_setting('search_path'), '"$user", public'),
         CASE WHEN current_user <> session_user THEN current_user END,
         (SELECT string_agg(locktype, '+') FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory')) AS residue`,
    );
    if (rows[0]?.residue) this.leak(`${what}: residue on the connection: ${rows[0].residue}`);
  }

  mustLookAlike(what: string, one: Answer, sent: unknown, other: Answer, sentOther: unknown): void {
    const left = withoutAccidents(one, textsIn(sent));
    const right = withoutAccidents(other, textsIn(sentOther));
    if (left !== right) {
      this.leak(
        `${what} can be told from an absent one:\n${left.slice(0, 600)}\n---\n${right.slice(0, 600)}`,
      );
    }
  }

  leak(what: string): void {
    this.leaks += 1;
    this.failures.add(`LEAK ${what}`);
  }
}

/** The bytes from one place of a file to another: the log of a whole run is long. */
function textOf(file: string, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from);
  const handle = openSync(file, "r");
  try {
    return bytes.toString("utf8", 0, readSync(handle, bytes, 0, bytes.length, from));
  } finally {
    closeSync(handle);
  }
}
