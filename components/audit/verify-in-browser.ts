export interface SealedClaim {
  /** The log entry: RFC 8785 JSON of the envelope. */
  envelope: string;
  /** Decimal. */
  leafIndex: string;
  /** Decimal. */
  treeSize: string;
  /** Base64, as in the checkpoint. */
  rootHash: string;
  /** Base64, the leaf's sibling first. */
  path: readonly string[];
}

type Bytes = Uint8Array<ArrayBuffer>;

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function hash(prefix: number, ...parts: readonly Bytes[]): Promise<Bytes> {
  const all = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  all[0] = prefix;
  let at = 1;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

/**
 * Whether the envelope on screen is the leaf at its index of the tree with that root, computed here
 * from its own bytes (RFC 9162 §2.1.3.2). Who signed that root is `judgeHead`'s affair.
 */
export async function isInTree(claim: SealedClaim): Promise<boolean> {
  let index = BigInt(claim.leafIndex);
  let last = BigInt(claim.treeSize) - 1n;
  if (index > last) return false;
  let node = await hash(0, new TextEncoder().encode(claim.envelope) as Bytes);
  for (const sibling of claim.path.map(fromBase64)) {
    if (last === 0n) return false;
    if (index % 2n === 1n || index === last) {
      node = await hash(1, sibling, node);
      while (index % 2n === 0n && index !== 0n) {
        index /= 2n;
        last /= 2n;
      }
    } else {
      node = await hash(1, node, sibling);
    }
    index /= 2n;
    last /= 2n;
  }
  const root = fromBase64(claim.rootHash);
  return last === 0n && root.length === node.length && root.every((byte, at) => byte === node[at]);
}
