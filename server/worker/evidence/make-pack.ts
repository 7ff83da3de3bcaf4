import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { logPolicy } from "#server/engines/evidence/log-policy.ts";
import type { PackPlan } from "#server/engines/evidence/pack-format.ts";
import { openPack, sealPack } from "#server/engines/evidence/sealed-pack.ts";
import { verifyPack } from "#server/engines/evidence/verify-pack.ts";
import { type PackProgress, packBytes } from "#server/engines/evidence/write-pack.ts";
import type { LogKeyList } from "#server/engines/merkle/follow-keys.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import {
  currentVerifierKey,
  logKeyList,
  logKeys,
  logNotary,
  logOrigin,
} from "#server/features/audit/index.ts";
import type { PackBegun, PackFailure } from "#server/features/evidence/schema.ts";
import { beginPack } from "#server/features/evidence/verbs/begin-pack.ts";
import { recordPack } from "#server/features/evidence/verbs/record-pack.ts";
import {
  type ContentStore,
  ContentStoreError,
} from "#server/integrations/content-store/content-store.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { appErrorIn } from "#server/platform/errors/map.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { packSource } from "./pack-source.ts";

export interface PackMaking {
  store: ContentStore;
  /** Whom the installation asks to cosign; named in the pack's policy. */
  witnesses: readonly NoteVerifier[];
  owner: string;
  leaseSeconds: number;
}

/** How often a pack that is being made says how far it is. */
const REPORT_MILLIS = 2_000;

class NotVerified extends Error {}

/**
 * Makes one pack: streams it, encrypted with a key of its own, into the content store, reads it back from
 * there as a stranger would verify it, and records it (law 2: begin, act, record). After a crash another
 * worker begins anew; what is left of the first is overwritten by nothing and found by nobody.
 */
export async function makePack(
  { store, witnesses, owner, leaseSeconds }: PackMaking,
  caller: Caller,
  packId: string,
): Promise<void> {
  const { tenant } = caller;
  const { begun } = await runVerb(beginPack, caller, { packId, owner, leaseSeconds });
  if (!begun) return;
  const { fence } = begun;
  let reportedAt = performance.now();
  const report = async ({ entries, matches }: PackProgress) => {
    if (performance.now() - reportedAt < REPORT_MILLIS) return;
    reportedAt = performance.now();
    const progress = { kind: "progress" as const, entries, matches, leaseSeconds };
    await runVerb(recordPack, caller, { packId, fence, report: progress });
  };
  try {
    const made = await storedPack({ tenant, packId, store, witnesses, begun, report });
    await runVerb(recordPack, caller, { packId, fence, report: { kind: "ready", ...made } });
  } catch (error) {
    // Another worker has taken over, or what it may hold was erased meanwhile: it begins anew.
    if (appErrorIn(error)?.code === "stale") return;
    logger.error({ err: error, tenant, packId }, "an evidence pack could not be made");
    const failed = { kind: "failed" as const, failure: failureOf(error) };
    await runVerb(recordPack, caller, { packId, fence, report: failed });
  }
}

async function storedPack({
  tenant,
  packId,
  store,
  witnesses,
  begun,
  report,
}: {
  tenant: AuthorizedTenantId;
  packId: string;
  store: ContentStore;
  witnesses: readonly NoteVerifier[];
  begun: PackBegun;
  report: (progress: PackProgress) => Promise<void>;
}) {
  const { keyList, believed } = await withTenant(
    tenant,
    "worker",
    async (tx) => ({
      keyList: await logKeyList(tx, tenant),
      believed: await logKeys(tx, tenant),
    }),
    { readOnly: true },
  );
  const plan = planOf(tenant, begun, { keyList, witnesses });
  const key = randomBytes(32);
  const hash = createHash("sha256");
  let bytes = 0;
  let last: PackProgress = { entries: 0, matches: 0 };
  const sign = await logNotary(tenant);
  async function* counted() {
    const source = packSource(tenant, plan);
    for await (const piece of packBytes(plan, source, sign, async (progress) => {
      last = progress;
      await report(progress);
    })) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  const expiresAt = new Date(Date.now() + begun.keptDays * 86_400_000);
  const stored = await store.put(sealPack(key, packId, counted()), { retainUntil: expiresAt });
  await verifyStored(store, believed, { key, packId, digest: stored.digest, bytes }, () =>
    report(last),
  );
  return {
    ...last,
    digest: hash.digest("hex"),
    bytes,
    storedDigest: stored.digest,
    expiresAt,
    packKey: key.toString("hex"),
  };
}

/** Nobody is handed a pack that does not verify: a log that was altered shows here. */
async function verifyStored(
  store: ContentStore,
  log: readonly LogKey[],
  { key, packId, digest, bytes }: { key: Buffer; packId: string; digest: string; bytes: number },
  onPiece: () => Promise<void>,
): Promise<void> {
  const stored = await store.get(digest);
  if (!stored) throw new NotVerified("the content store does not have what it took");
  async function* watched(pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      await onPiece();
      yield piece;
    }
  }
  const plain = openPack(key, packId, stored, { size: bytes, start: 0, end: bytes });
  const { faults } = await verifyPack(watched(plain), { log, witnesses: [] });
  if (faults.length > 0) throw new NotVerified(faults.slice(0, 3).join("; "));
}

function planOf(
  tenant: AuthorizedTenantId,
  begun: PackBegun,
  { keyList, witnesses }: { keyList: LogKeyList; witnesses: readonly NoteVerifier[] },
): PackPlan {
  const { query, asOf, disclosure, checkpoint } = begun;
  const { condition } = analyzeQuery(query, { now: asOf.getTime() });
  if (!condition) throw new Error("the query of the pack can't be read any more");
  const signing = keyList.keys.filter((each) => each.to === null).map((each) => each.vkey);
  return {
    origin: logOrigin(tenant),
    checkpoint,
    range: {
      from: BigInt(begun.from),
      to: BigInt(begun.to),
      treeSize: BigInt(begun.treeSize),
    },
    disclosure,
    query,
    asOf: asOf.toISOString(),
    condition,
    verifierKey: currentVerifierKey(keyList),
    keyList,
    policy: logPolicy(signing, witnesses),
  };
}

function failureOf(error: unknown): PackFailure {
  if (error instanceof NotVerified) return "not-verified";
  if (error instanceof ContentStoreError) {
    return error.failure === "unreachable" ? "store-unreachable" : "store-refused";
  }
  return "error";
}
