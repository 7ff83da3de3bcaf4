import type { AnyRouter } from "@trpc/server";
import fc from "fast-check";
import pg from "pg";
import { sealPendingAudit } from "#server/features/audit/sealing/seal-pending-audit.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { arbitraryInput } from "./arbitrary-input.ts";
import { type Answer, callProcedure, proceduresOf } from "./call-procedure.ts";
import { consistentInput } from "./consistent-input.ts";
import { routeFiles } from "./http-routes.ts";
import { LeakWatch } from "./leak-watch.ts";
import type { Persona } from "./persona.ts";
import { absentId, type Hints, nextTo, type Pool, poolOf } from "./pools.ts";
import { seedPeople } from "./seed-people.ts";
import { fillIn, IdSlot, namesForeign, type Resolver } from "./slots.ts";
import { walkRoutes } from "./walk-routes.ts";

export interface IsolationOptions {
  router: AnyRouter;
  superuserUrl: string;
  /** The database server's log. */
  serverLog: string;
  calls: number;
  seed: number;
}

export interface IsolationReport {
  calls: number;
  procedures: number;
  /** Procedures that succeeded with the caller's own ids. */
  reached: number;
  routes: number;
  leaks: number;
  /** Why the run fails, each naming what is at fault. */
  failures: string[];
  /** How the calls ended, by code. */
  outcomes: Record<string, number>;
}

export const OWN = "isolation-own";
export const FOREIGN = "isolation-foreign";
const CANARY = { own: "canaryownq7x", foreign: "canaryforeignz9k" };
const ATTEMPTS_TO_SUCCEED = 150;
/** So many times refused in the same words, or for want of any record: the next would be as well. */
const ATTEMPTS_IN_VAIN = 25;

type Side = "own" | "foreign";

/** Walks every procedure and route as somebody of one tenant and looks for anything of another's. */
export async function runIsolation(options: IsolationOptions): Promise<IsolationReport> {
  const admin = new pg.Client({ connectionString: options.superuserUrl });
  await admin.connect();
  try {
    return await new IsolationRun(options, admin).run();
  } finally {
    await admin.end();
  }
}

class IsolationRun {
  readonly #options: IsolationOptions;
  readonly #admin: pg.Client;
  readonly #procedures: ReturnType<typeof proceduresOf>;
  readonly #inputs = new Map<string, fc.Arbitrary<unknown>>();
  readonly #watch: LeakWatch;
  readonly #reachedBy = new Map<string, Persona>();
  readonly #refusals = new Map<string, Answer[]>();
  readonly #outcomes: Record<string, number> = {};
  readonly #cursors = { own: [] as string[], foreign: [] as string[] };
  #calls = 0;
  readonly #pools = {} as Record<Side, Pool>;
  readonly #hints: Hints = new Map();

  constructor(options: IsolationOptions, admin: pg.Client) {
    this.#options = options;
    this.#admin = admin;
    this.#procedures = proceduresOf(options.router);
    const { superuserUrl, serverLog } = options;
    const foreign = { tenant: FOREIGN, canary: CANARY.foreign };
    const calls = () => this.#calls;
    this.#watch = new LeakWatch({ ...foreign, admin, superuserUrl, serverLog, calls });
  }

  async run(): Promise<IsolationReport> {
    this.#readSchemas();
    const people = await seedPeople(this.#admin, { own: OWN, foreign: FOREIGN, canary: CANARY });
    await this.#refreshPools();
    if (this.#watch.failures.size === 0) {
      // The foreign tenant first: what its own people write is what must not be seen.
      await this.#succeedInTurn(people.foreign, "foreign");
      await this.#seal(FOREIGN);
      await this.#watch.watchFromHere();
      this.#reachedBy.clear();
      await this.#succeedInTurn(people.own, "own");
      await this.#seal(OWN);
      for (const path of this.#procedures.keys()) {
        if (!this.#reachedBy.has(path)) {
          const answers = this.#refusals.get(path) ?? [];
          const last = [...new Set(answers.map(messageOf))];
          this.#watch.failures.add(
            `${path}: never succeeded with own ids: ${last.slice(0, 5).join("; ")}`,
          );
        }
      }
      await walkRoutes(people.own[0] as Persona, {
        watch: this.#watch,
        foreign: FOREIGN,
        counted: () => {
          this.#calls += 1;
        },
      });
      await this.#attack(people.own);
    }
    return {
      calls: this.#calls,
      procedures: this.#procedures.size,
      reached: this.#reachedBy.size,
      routes: routeFiles().length,
      leaks: this.#watch.leaks,
      failures: [...this.#watch.failures],
      outcomes: this.#outcomes,
    };
  }

  #readSchemas(): void {
    if (this.#procedures.size === 0) this.#watch.failures.add("the router has no procedure");
    for (const [path, { inputs }] of this.#procedures) {
      try {
        const parts = inputs.map((schema) => arbitraryInput(schema, path));
        this.#inputs.set(
          path,
          parts.length === 0
            ? fc.constant(undefined)
            : fc
                .tuple(...parts)
                .map((all) => (all.length === 1 ? all[0] : Object.assign({}, ...all))),
        );
      } catch (error) {
        this.#watch.failures.add((error as Error).message);
      }
    }
  }

  async #refreshPools(): Promise<void> {
    await this.#refreshPool("own");
    await this.#refreshPool("foreign");
    await this.#forgetLimits();
  }

  async #refreshPool(side: Side): Promise<void> {
    const { pool, hints } = await poolOf(this.#admin, side === "own" ? OWN : FOREIGN);
    this.#pools[side] = pool;
    for (const [id, known] of hints) this.#hints.set(id, known);
  }

  /** Limits are another test's matter; here they would only hide what stands behind them. */
  async #forgetLimits(): Promise<void> {
    await this.#admin.query("DELETE FROM rate_limit");
  }

  async #seal(tenant: string): Promise<void> {
    await sealPendingAudit(mintAuthorizedTenant(tenant));
    await this.#refreshPools();
  }

  /** Ids of `side` are the caller's own here: the foreign tenant's people have their own records. */
  #resolver(side: Side, onlyOwn: boolean, twin = false): Resolver {
    const other = side === "own" ? "foreign" : "own";
    return {
      canary: CANARY[side],
      tenant: side === "own" ? OWN : FOREIGN,
      id: ({ kind, source, pick }) => {
        const from = onlyOwn ? "own" : source;
        if (from === "absent") return absentId(pick);
        const pool = this.#pools[from === "own" ? side : other][kind];
        const id = pool[pick % pool.length] ?? absentId(pick);
        return twin && from === "foreign" ? nextTo(id) : id;
      },
      cursor: ({ source, pick }) => {
        const from = onlyOwn ? "own" : source;
        if (from === "absent" || (twin && from === "foreign")) return `absent-${pick}`;
        const pool = this.#cursors[from === "own" ? side : other];
        return pool[pick % pool.length] ?? `absent-${pick}`;
      },
    };
  }

  #samples(path: string, count: number, salt: number): unknown[] {
    const arbitrary = this.#inputs.get(path) ?? fc.constant(undefined);
    return fc.sample(arbitrary, { numRuns: count, seed: this.#options.seed + hashOf(path) + salt });
  }

  async #succeedInTurn(people: Persona[], side: Side): Promise<void> {
    const [first] = people;
    for (const [turn, who] of people.entries()) {
      // Some acts are about what is sealed: of what was seeded, then of what was done before.
      await this.#seal(side === "own" ? OWN : FOREIGN);
      // What the first made and ended again, the next one needs anew: to decide it, say.
      if (turn > 0) await this.#makeMore(first as Persona, side, turn);
      await this.#succeedEverywhere(who, side);
    }
  }

  /** Calls again every change that names no record: those that make one. */
  async #makeMore(who: Persona, side: Side, salt: number): Promise<void> {
    for (const [path, { type }] of this.#procedures) {
      if (type !== "mutation" || this.#reachedBy.get(path) !== who) continue;
      for (const sample of this.#samples(path, 25, 10 + salt)) {
        if (namesRecord(sample)) break;
        const input = fillIn(sample, this.#resolver(side, true));
        await callProcedure(this.#options.router, path, type, input, who.headers());
        this.#calls += 1;
      }
    }
    await this.#refreshPools();
  }

  async #succeedEverywhere(who: Persona, side: Side): Promise<void> {
    const refusals = this.#refusals;
    for (const [path, { type }] of this.#procedures) {
      if (this.#reachedBy.has(path)) continue;
      const samples = this.#samples(path, ATTEMPTS_TO_SUCCEED, side === "own" ? 0 : 1);
      let vain = 0;
      let before = "";
      for (const [at, sample] of samples.entries()) {
        if (at % 40 === 39) await this.#forgetLimits();
        const filled = fillIn(sample, this.#resolver(side, true));
        const input = consistentInput(sample, filled, this.#hints);
        const answer = await callProcedure(this.#options.router, path, type, input, who.headers());
        this.#calls += 1;
        if (side === "own") await this.#watch.inspect(`${path} (own ids)`, answer, input, type);
        if (!answer.ok) {
          refusals.set(path, [...(refusals.get(path) ?? []), answer]);
          // Whoever may not, may not the next time either.
          if (answer.status === 500 || (at > 10 && answer.code === "forbidden")) break;
          const words = `${answer.code} ${messageOf(answer)}`;
          if (this.#hasNone(sample, side) || (!namesRecord(sample) && words === before)) vain += 1;
          before = words;
          if (vain >= ATTEMPTS_IN_VAIN) break;
          continue;
        }
        this.#reachedBy.set(path, who);
        this.#rememberCursors(answer, side);
        break;
      }
      if (type === "mutation") await this.#refreshPool(side);
      await this.#forgetLimits();
    }
  }

  /** Whether it names a record of a kind that the caller has none of. */
  #hasNone(sample: unknown, side: Side): boolean {
    return Object.values((sample ?? {}) as object).some(
      (value) => value instanceof IdSlot && this.#pools[side][value.kind].length === 0,
    );
  }

  #rememberCursors(answer: Answer, side: Side): void {
    for (const [, cursor] of answer.text.matchAll(/"(?:next|older|newer)Cursor":"([^"]+)"/g)) {
      if (cursor) this.#cursors[side].push(cursor);
    }
  }

  async #attack(people: Persona[]): Promise<void> {
    const paths = [...this.#procedures.keys()];
    const perProcedure = Math.ceil(this.#options.calls / Math.max(1, paths.length));
    const samples = new Map(paths.map((path) => [path, this.#samples(path, perProcedure, 2)]));
    const begun = this.#calls;
    for (let round = 0; round < perProcedure; round++) {
      await this.#refreshPools();
      for (const path of paths) {
        if (this.#calls - begun >= this.#options.calls) return;
        const who = round % 3 === 2 ? (this.#reachedBy.get(path) ?? people[0]) : people[round % 2];
        await this.#attackOnce(path, who as Persona, samples.get(path)?.[round], round);
      }
    }
  }

  async #attackOnce(path: string, who: Persona, sample: unknown, round: number): Promise<void> {
    const type = this.#procedures.get(path)?.type ?? "query";
    const call = async (input: unknown, tenant = who.tenant) => {
      const answer = await callProcedure(
        this.#options.router,
        path,
        type,
        input,
        who.headers(tenant),
      );
      this.#calls += 1;
      await this.#watch.inspect(path, answer, input, type);
      return answer;
    };
    const fill = (twin: boolean) =>
      consistentInput(sample, fillIn(sample, this.#resolver("own", false, twin)), this.#hints);
    const input = fill(false);
    const answer = await call(input);
    this.#rememberCursors(answer, "own");
    const outcome = answer.ok ? "ok" : (answer.code ?? String(answer.status));
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    if (namesForeign(sample)) {
      const twin = fill(true);
      this.#watch.mustLookAlike(`${path}: a foreign id`, answer, input, await call(twin), twin);
    }
    if (round % 5 === 0) {
      const foreign = await call(input, FOREIGN);
      const absent = await call(input, "no-such-tenant");
      if (path !== "tenants.mine" && foreign.ok)
        this.#watch.leak(`${path}: answers for a foreign tenant`);
      this.#watch.mustLookAlike(`${path}: a foreign tenant`, foreign, input, absent, input);
    }
  }
}

function messageOf({ text }: Answer): string | undefined {
  return /"message":"[^"]*"/.exec(text)?.[0];
}

function namesRecord(sample: unknown): boolean {
  return Object.values((sample ?? {}) as object).some((value) => value instanceof IdSlot);
}

function hashOf(text: string): number {
  let hash = 0;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) | 0;
  return hash;
}
