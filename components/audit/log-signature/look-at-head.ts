import {
  type ClaimedHead,
  type HeadVerdict,
  judgeHead,
  type KeptKey,
  type ListedKey,
} from "./judge-head.ts";
import { type KeptLogKeys, keepLogKeys, keptLogKeys } from "./kept-keys.ts";
import { readVerifierKey } from "./verify-note.ts";

export type SeenHead = HeadVerdict & { readonly kept: KeptLogKeys };

/**
 * Judges the head under a proof by the keys that this browser keeps of the tenant's log. At the first
 * look it keeps the keys that are published; later it learns new ones by their handovers alone.
 * Throws when the published keys cannot be had.
 */
export async function lookAtHead(
  tenantId: string,
  note: string,
  claim: ClaimedHead,
): Promise<SeenHead> {
  const listed = await publishedKeys(tenantId);
  const kept = keptLogKeys(tenantId) ?? firstSeen(listed);
  const verdict = await judgeHead(note, claim, kept.keys, listed);
  if (verdict.kind !== "signed") return { ...verdict, kept };
  const learnt = { ...kept, keys: verdict.keys };
  keepLogKeys(tenantId, learnt);
  return { ...verdict, kept: learnt };
}

/**
 * Believes a key that the reader got elsewhere, in place of those kept before: false, and nothing is
 * changed, when it is no verifier key. The log's list says from which size it signs.
 */
export async function believeKey(tenantId: string, text: string): Promise<boolean> {
  const vkey = text.trim();
  if ((await readVerifierKey(vkey)) === undefined) return false;
  const listed = (await publishedKeys(tenantId)).find((key) => key.vkey === vkey);
  const keys = [{ vkey, firstSize: listed?.firstSize ?? "0" }];
  keepLogKeys(tenantId, { keys, since: new Date().toISOString(), by: "given" });
  return true;
}

function firstSeen(listed: readonly ListedKey[]): KeptLogKeys {
  const signing = listed.filter(({ state }) => state !== "announced" && state !== "revoked");
  const keys: KeptKey[] = signing.map(({ vkey, firstSize }) => ({ vkey, firstSize }));
  return { keys, since: new Date().toISOString(), by: "seen" };
}

async function publishedKeys(tenantId: string): Promise<readonly ListedKey[]> {
  const answer = await fetch(`/api/v1/log/${encodeURIComponent(tenantId)}/keys`);
  if (!answer.ok) throw new Error(`the keys of the log could not be read: ${answer.status}`);
  return ((await answer.json()) as { keys: readonly ListedKey[] }).keys;
}
