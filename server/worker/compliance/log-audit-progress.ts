import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { AuditProgress } from "#server/features/audit/index.ts";
import { derivedKey } from "#server/platform/audit/installation-key.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** How far the round of a log's audit has come, when it began, and the checkpoint that it holds the log against. */
const Kept = z.object({ begunAt: z.iso.datetime(), note: z.string(), progress: AuditProgress });
type Kept = z.infer<typeof Kept>;
const Sealed = Kept.extend({ mac: z.string() });

/**
 * Keeps how far an audit of a tenant's log has come in a file outside of the database, so that nobody who can write
 * every row can give the audit an earlier round's word for parts that it has to read (ADR 46). Replicas that share
 * the folder go on with each other's.
 */
export class LogAuditProgress {
  readonly #folder: string;
  readonly #tenant: AuthorizedTenantId;

  constructor(folder: string, tenant: AuthorizedTenantId) {
    this.#folder = folder;
    this.#tenant = tenant;
  }

  get file(): string {
    return join(this.#folder, `${this.#tenant}.json`);
  }

  /** What was kept, if this installation wrote it for this log; else the round begins anew, and the worker's log says why. */
  async read(): Promise<Kept | undefined> {
    const text = await readFile(this.file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const kept = this.#opened(text);
    if (!kept) this.tellRefused("it is not as this installation wrote it");
    return kept;
  }

  tellRefused(why: string): void {
    logger.warn({ tenant: this.#tenant, why }, "kept progress is refused: the audit begins anew");
  }

  /** Takes the place of what was kept: a crash leaves the one or the other, whole. */
  async keep(kept: Kept): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const sealed = { ...kept, mac: this.#mac(kept).toString("hex") };
    const unfinished = `${this.file}.${process.pid}.new`;
    await writeFile(unfinished, JSON.stringify(sealed), { mode: 0o600 });
    await rename(unfinished, this.file);
  }

  async drop(): Promise<void> {
    await rm(this.file, { force: true });
  }

  #opened(text: string): Kept | undefined {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return undefined;
    }
    const { success, data } = Sealed.safeParse(json);
    if (!success) return undefined;
    const { mac, ...kept } = data;
    const [said, made] = [Buffer.from(mac, "hex"), this.#mac(kept)];
    return said.length === made.length && timingSafeEqual(said, made) ? kept : undefined;
  }

  /** By a key that is made from the installation's, outside of the database: another tenant's file is none of this one. */
  #mac(kept: Kept): Buffer {
    const key = derivedKey(this.#tenant, "log-audit-progress/v1");
    return createHmac("sha256", key).update(canonicalJson(kept)).digest();
  }
}
