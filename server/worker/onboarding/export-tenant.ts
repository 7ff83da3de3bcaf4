import "server-only";
import { createHash, createPublicKey, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { CompactEncrypt } from "jose";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { formatTilePath, TILE_WIDTH, tileWidth } from "#server/engines/merkle/tile-path.ts";
import { headerLine, sealFrame } from "#server/engines/tenant-export/sealed-frames.ts";
import { TAR_END, tarEntry } from "#server/engines/tenant-export/tar.ts";
import { logKeyList, logNotary, logTile } from "#server/features/audit/index.ts";
import { openEvent, type StoredEventPayload } from "#server/platform/audit/event-cipher.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

const FRAME_BYTES = 1_048_576;

export interface ExportOutcome {
  manifest: string;
  bytes: number;
  entries: number;
  payloads: number;
  unreadable: number;
}

/**
 * Exports a tenant: its log with tiles, checkpoint, entries and payloads, and its configuration, with a
 * signed list of digests; compressed, and encrypted for the recipient. Each piece goes to `keep` in order.
 * What `console log verify` needs lies under `log/`.
 */
export async function exportTenant(options: {
  tenant: AuthorizedTenantId;
  sovereign: AuthorizedTenantId;
  lifecycleId: string;
  recipientKey: string;
  keep: (chunkNo: number, bytes: Buffer) => Promise<void>;
}): Promise<ExportOutcome> {
  const { tenant, sovereign, lifecycleId, keep } = options;
  const key = randomBytes(32);
  const header = headerLine({
    format: "sovereign-console/tenant-export/v1",
    tenant,
    lifecycleId,
    key: await wrapped(key, options.recipientKey),
  });
  const counts = { entries: 0, payloads: 0, unreadable: 0 };
  const listed: string[] = [];
  let manifest = "";
  async function* archive(): AsyncGenerator<Buffer> {
    for await (const { name, content } of filesOf(tenant, counts)) {
      listed.push(
        `${createHash("sha256").update(content).digest("hex")} ${content.length} ${name}`,
      );
      yield tarEntry(name, content);
    }
    const text = `sovereign-console/tenant-export/v1\n${tenant}\n${lifecycleId}\n${listed.join("\n")}\n`;
    manifest = (await logNotary(sovereign))(text);
    yield tarEntry("MANIFEST", Buffer.from(manifest));
    yield TAR_END;
  }
  let number = 0;
  let bytes = 0;
  const seal = async (plain: Buffer, isLast: boolean) => {
    const frame = sealFrame(key, lifecycleId, number, isLast, plain);
    const piece = number === 0 ? Buffer.concat([header, frame]) : frame;
    await keep(number, piece);
    number += 1;
    bytes += piece.length;
  };
  let held = Buffer.alloc(0);
  for await (const part of Readable.from(archive()).pipe(createGzip())) {
    held = Buffer.concat([held, part as Buffer]);
    while (held.length > FRAME_BYTES) {
      await seal(held.subarray(0, FRAME_BYTES), false);
      held = held.subarray(FRAME_BYTES);
    }
  }
  await seal(held, true);
  return { manifest, bytes, ...counts };
}

async function wrapped(key: Uint8Array, pem: string): Promise<string> {
  const recipient = createPublicKey(pem);
  const alg = recipient.asymmetricKeyType === "rsa" ? "RSA-OAEP-256" : "ECDH-ES+A256KW";
  return new CompactEncrypt(key).setProtectedHeader({ alg, enc: "A256GCM" }).encrypt(recipient);
}

interface ExportFile {
  name: string;
  content: Buffer;
}

async function* filesOf(
  tenant: AuthorizedTenantId,
  counts: { entries: number; payloads: number; unreadable: number },
): AsyncGenerator<ExportFile> {
  const read = <Result>(work: (tx: TenantTx) => Promise<Result>) =>
    withTenant(tenant, "worker", work, { readOnly: true });
  yield json("configuration.json", await read((tx) => configurationOf(tx, tenant)));
  const list = await read((tx) => logKeyList(tx, tenant));
  const vkeys = list.keys.map(({ vkey }) => `${vkey}\n`).join("");
  yield { name: "log/verifier-key", content: Buffer.from(vkeys) };
  yield { name: "log/keys.json", content: Buffer.from(`${JSON.stringify(list, null, 2)}\n`) };
  const head = await read((tx) =>
    tx.query<{ tree_size: string; note: string }>(
      "SELECT tree_size::text, note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY audit_checkpoint.tree_size DESC LIMIT 1",
      [tenant],
    ),
  );
  const [checkpoint] = head;
  if (!checkpoint) return;
  yield { name: "log/checkpoint", content: Buffer.from(checkpoint.note) };
  const size = BigInt(checkpoint.tree_size);
  counts.entries = Number(size);
  for (let level = 0; level === 0 || size >> BigInt(level * 8) > 0n; level += 1) {
    for (let index = 0n; tileWidth(level, index, size) > 0; index += 1n) {
      const width = tileWidth(level, index, size);
      for (const kind of level === 0 ? ([level, "entries"] as const) : [level]) {
        const address = { level: kind, index, width };
        const bytes = await read((tx) => logTile(tx, tenant, address));
        if (!bytes) throw new Error(`${formatTilePath(address)} is missing`);
        yield { name: `log/${formatTilePath(address)}`, content: Buffer.from(bytes) };
      }
      if (level > 0) continue;
      const first = index * BigInt(TILE_WIDTH);
      const payloads = await read((tx) => payloadsOf(tx, tenant, first, width));
      counts.payloads += payloads.opened.length;
      counts.unreadable += payloads.unreadable;
      const name = `payloads/${index.toString().padStart(9, "0")}.ndjson`;
      yield { name, content: Buffer.from(payloads.opened.map((line) => `${line}\n`).join("")) };
    }
  }
}

async function payloadsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  first: bigint,
  width: number,
): Promise<{ opened: string[]; unreadable: number }> {
  const rows = await tx.query<StoredEventPayload & Record<string, unknown>>(
    `SELECT p.event_id, e.envelope, p.key_id, p.salt, p.ciphertext FROM audit_leaf l
     JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
     JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id
     WHERE l.tenant_id = $1 AND l.leaf_index >= $2::bigint AND l.leaf_index < $2::bigint + $3 ORDER BY l.leaf_index`,
    [tenant, first.toString(), width],
  );
  const opened: string[] = [];
  let unreadable = 0;
  for (const row of rows) {
    try {
      const { payload, salt } = openEvent(tenant, row);
      opened.push(canonicalJson({ eventId: row.event_id, salt: salt.toString("hex"), payload }));
    } catch {
      unreadable += 1;
    }
  }
  return { opened, unreadable };
}

/** What was declared and referred to: no values, there are none. */
async function configurationOf(tx: TenantTx, tenant: AuthorizedTenantId): Promise<JsonValue> {
  const [record] = await tx.query(
    "SELECT tenant_id, display_name, labels, created_at FROM tenant WHERE tenant_id = $1",
    [tenant],
  );
  const bindings = await tx.query(
    `SELECT environment, version, declaration, reason, saved_at FROM runtime_tenant_binding
     WHERE tenant_id = $1 ORDER BY environment, version`,
    [tenant],
  );
  const credentials = await tx.query(
    `SELECT binding_id, name, class, environment, store, path, owner, created_at FROM secret_binding
     WHERE tenant_id = $1 ORDER BY binding_id`,
    [tenant],
  );
  return JSON.parse(JSON.stringify({ tenant: record ?? null, bindings, credentials })) as JsonValue;
}

function json(name: string, value: JsonValue): ExportFile {
  return { name, content: Buffer.from(`${canonicalJson(value)}\n`) };
}
