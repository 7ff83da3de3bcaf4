import { isSignedBy, readVerifierKey, textOfNote } from "./verify-note.ts";

/** A key that this browser believes, and the tree size from which it signs. */
export interface KeptKey {
  readonly vkey: string;
  /** Decimal. */
  readonly firstSize: string;
}

/** A key as the log publishes it (`/api/v1/log/<tenant>/keys`): what is used of it here. */
export interface ListedKey extends KeptKey {
  readonly state: string;
  /** The note by which the key before handed over to it, signed by both. */
  readonly handover: string | null;
}

/** What the proof on screen claims of the head. */
export interface ClaimedHead {
  /** Decimal. */
  readonly treeSize: string;
  /** Base64. */
  readonly rootHash: string;
}

export type HeadVerdict =
  /** The key in force at that size signed it; `keys` are to be kept, those learnt by handovers with them. */
  | { readonly kind: "signed"; readonly vkey: string; readonly keys: readonly KeptKey[] }
  /** Not signed by what this browser believes, or not the head that the proof leads to. */
  | { readonly kind: "foreign"; readonly expected: string }
  /** This browser cannot check Ed25519. */
  | { readonly kind: "unable" };

/**
 * Whether a signed head is the claimed one and signed by the key in force at its size, in this browser
 * alone. `kept` are the keys believed so far, from the oldest on; the list is believed only as far as
 * handovers lead from a kept key (each signed by the key before and by the next, neither revoked).
 */
export async function judgeHead(
  note: string,
  claim: ClaimedHead,
  kept: readonly KeptKey[],
  listed: readonly ListedKey[],
): Promise<HeadVerdict> {
  try {
    const keys = await followed(kept, listed);
    const inForce = keys.findLast(({ firstSize }) => BigInt(firstSize) <= BigInt(claim.treeSize));
    const key = inForce && (await readVerifierKey(inForce.vkey));
    const head = `${key?.name}\n${claim.treeSize}\n${claim.rootHash}\n`;
    const isClaimed = textOfNote(note)?.startsWith(head) ?? false;
    if (key && inForce && isClaimed && (await isSignedBy(note, key)))
      return { kind: "signed", vkey: inForce.vkey, keys };
    return { kind: "foreign", expected: (inForce ?? kept[0])?.vkey ?? "" };
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError")
      return { kind: "unable" };
    throw error;
  }
}

async function followed(
  kept: readonly KeptKey[],
  listed: readonly ListedKey[],
): Promise<readonly KeptKey[]> {
  const keys = [...kept];
  const newest = listed.findIndex(({ vkey }) => vkey === keys.at(-1)?.vkey);
  if (newest < 0) return keys;
  for (let at = newest + 1; at < listed.length; at += 1) {
    const [known, next] = [listed[at - 1], listed[at]];
    // Whoever stole a key can write its handover: the next key has to be given by its reader.
    if (!known || !next || known.state === "revoked" || !(await isHandover(known, next))) break;
    keys.push({ vkey: next.vkey, firstSize: next.firstSize });
  }
  return keys;
}

/** Whether both keys signed a note that says: from this key to that one, from this size on. */
async function isHandover(from: KeptKey, to: ListedKey): Promise<boolean> {
  const [old, next] = await Promise.all([readVerifierKey(from.vkey), readVerifierKey(to.vkey)]);
  if (!old || !next || old.name !== next.name || to.handover === null) return false;
  const says = [
    "sovereign-console/log-key-handover/v1",
    old.name,
    `from ${from.vkey}`,
    `to ${to.vkey}`,
    `size ${to.firstSize}`,
  ];
  if (!textOfNote(to.handover)?.startsWith(`${says.join("\n")}\n`)) return false;
  return (await isSignedBy(to.handover, old)) && (await isSignedBy(to.handover, next));
}
