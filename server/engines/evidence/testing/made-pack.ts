import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../../canonical-json/canonical-json.ts";
import { appendLeaves } from "../../merkle/append-leaves.ts";
import { signCheckpoint } from "../../merkle/checkpoint.ts";
import { cosign } from "../../merkle/cosignature.ts";
import { cosigner } from "../../merkle/cosigner-key.ts";
import type { PublishedLogKey } from "../../merkle/follow-keys.ts";
import { leafHash } from "../../merkle/hashing.ts";
import { formatVerifierKey, noteSigner } from "../../merkle/note-key.ts";
import { signNote } from "../../merkle/signed-note.ts";
import { analyzeQuery } from "../../query-language/analyze-query.ts";
import { logPolicy } from "../log-policy.ts";
import type { Disclosure, PackPlan } from "../pack-format.ts";
import { wholeTiles } from "../pack-tiles.ts";
import { type PackLeaf, type PackSource, packBytes } from "../write-pack.ts";

const ORIGIN = "log.test/acme";
const AS_OF = "2026-11-22T05:00:00.000Z";

export const logKey = noteSigner(ORIGIN, new Uint8Array(32).fill(7));
export const witnessKey = cosigner("witness.test/one", new Uint8Array(32).fill(9));

/** A log of so many events, and the packs that it gives. Each tenth was denied; payloads name a region. */
export function madeLog(size: number) {
  const leaves = Array.from({ length: size }, (_, at) => madeLeaf(at));
  const hashes = leaves.map(({ envelope }) => leafHash(new TextEncoder().encode(envelope)));
  const tree = appendLeaves(0n, () => undefined, hashes);
  const checkpoint = { origin: ORIGIN, size: tree.size, root: tree.root, extensions: [] };
  const note = signCheckpoint(checkpoint, logKey);
  const text = note.slice(0, note.indexOf("\n\n") + 1);
  const source: PackSource = {
    async tile(level, index, width) {
      const tile = tree.tiles.find((each) => each.level === level && each.index === index);
      if (!tile || tile.width < width) throw new Error(`no tile ${level}/${index}`);
      return tile.hashes.slice(0, width * 32);
    },
    leaves: async (index, width) => leaves.slice(Number(index) * 256, Number(index) * 256 + width),
  };
  const plan = (
    query: string,
    disclosure: Disclosure,
    [from, to] = [0n, tree.size] as [bigint, bigint],
  ): PackPlan => {
    const { condition } = analyzeQuery(query, { now: Date.parse(AS_OF) });
    if (!condition) throw new Error(`not a query: ${query}`);
    const verifierKey = formatVerifierKey(logKey);
    return {
      origin: ORIGIN,
      checkpoint: note + cosign(text, 1_700_000_000n, witnessKey),
      range: wholeTiles(from, to, tree.size),
      disclosure,
      query,
      asOf: AS_OF,
      condition,
      verifierKey,
      keyList: { origin: ORIGIN, keys: [firstKey(verifierKey)] },
      policy: logPolicy([verifierKey], [witnessKey]),
    };
  };
  return { leaves, source, plan };
}

function firstKey(vkey: string): PublishedLogKey {
  const open = { lastSize: null, to: null, overlapUntil: null, handover: null, ending: null };
  return { number: 1, vkey, state: "current", firstSize: "0", from: AS_OF, ...open };
}

export const signed = (text: string): string => signNote(text, logKey);

export async function packOf(plan: PackPlan, source: PackSource): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of packBytes(plan, source, signed)) parts.push(part);
  return Buffer.concat(parts);
}

/** A pack in pieces of any size, as a network would bring it. */
export async function* inPieces(bytes: Uint8Array, size = 7_777): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function madeLeaf(at: number): PackLeaf {
  const salt = createHash("sha256").update(`salt ${at}`).digest().subarray(0, 16);
  const payload: JsonValue = {
    region: at % 3 === 0 ? "muscat" : "salalah",
    actor: { kind: "user", name: at % 7 === 0 ? "Alice" : "Bob" },
  };
  const isErased = at % 50 === 49;
  const commitment = createHash("sha256").update(salt).update(canonicalJson(payload)).digest("hex");
  const envelope = canonicalJson({
    specversion: "1.0",
    id: `0190c2f4-5a7e-7cc1-a0d3-${at.toString(16).padStart(12, "0")}`,
    source: `//${ORIGIN}`,
    type: at % 2 === 0 ? "runtime.secrets.rotated" : "runtime.access.denied",
    subject: `secret-binding/${at}`,
    time: new Date(Date.UTC(2026, 10, 1) + at * 1_000).toISOString(),
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    tenant: "acme",
    principal: "user:0123456789abcdef0123456789abcdef",
    principalkind: "user",
    outcome: at % 10 === 0 ? "denied" : "succeeded",
    payloadcommitment: commitment,
  });
  const index = BigInt(at);
  return isErased
    ? { index, envelope, payload: null, salt: null, state: "erased" }
    : { index, envelope, payload, salt, state: "intact" };
}
