import { hash, randomBytes } from "node:crypto";

/**
 * A key that many keys are derived from, and out of which single ones can be cut for ever: the tree of
 * Goldreich, Goldwasser and Micali ("How to construct random functions", 1986), punctured as by Boneh and
 * Waters (ASIACRYPT 2013). A node's child is SHA-256(0x50 ‖ node ‖ digit). To puncture a label, the nodes
 * above it are replaced by the siblings of its path: everything else is derived as before, and nobody who
 * has what is left, however long he computes, derives the label's key again.
 */
export interface PuncturableKey {
  /** Subtrees that can still be derived from: their place as digits, and their node. Ordered by place. */
  readonly nodes: readonly KeyNode[];
}

interface KeyNode {
  /** Digits from the root: "" is everything. */
  readonly prefix: string;
  readonly bytes: Buffer;
}

/** Four children a node: half the hashes of a binary tree, and 3 KB for each label that is cut out. */
const DIGITS = 4;
/** 64 bits of the label's digest: two of ten million labels fall together in one of 370,000 keys. */
const DEPTH = 32;
const NODE_BYTES = 32;

export function newPuncturableKey(): PuncturableKey {
  return { nodes: [{ prefix: "", bytes: randomBytes(NODE_BYTES) }] };
}

/** The 32-byte key of a label; undefined when it was cut out. */
export function keyOfLabel(key: PuncturableKey, label: string): Buffer | undefined {
  const path = pathOf(label);
  const from = key.nodes.find(({ prefix }) => path.startsWith(prefix));
  if (!from) return undefined;
  from.bytes.copy(input, 1);
  for (let at = from.prefix.length; at < DEPTH; at++) descend(path.charCodeAt(at) - 48);
  const node = input.subarray(1, 1 + NODE_BYTES);
  // Labels whose paths are the same have keys of their own all the same.
  return hash("sha256", Buffer.concat([LABEL_KEY, node, Buffer.from(label)]), "buffer");
}

/** The key without these labels. A label that was cut out before changes nothing. */
export function puncture(key: PuncturableKey, labels: readonly string[]): PuncturableKey {
  let nodes = [...key.nodes];
  for (const label of labels) {
    const path = pathOf(label);
    const at = nodes.findIndex(({ prefix }) => path.startsWith(prefix));
    const cut = nodes[at];
    if (!cut) continue;
    nodes = [...nodes.slice(0, at), ...siblingsBelow(cut, path), ...nodes.slice(at + 1)];
  }
  return { nodes: nodes.sort((a, b) => (a.prefix < b.prefix ? -1 : 1)) };
}

/** Whether two labels could only be cut out together. */
export function fallTogether(a: string, b: string): boolean {
  return pathOf(a) === pathOf(b);
}

/** Per node: one byte with the number of digits, the digits, 32 bytes. */
export function encodePuncturableKey(key: PuncturableKey): Buffer {
  return Buffer.concat(
    key.nodes.flatMap(({ prefix, bytes }) => [
      Buffer.from([prefix.length]),
      Buffer.from(prefix, "latin1"),
      bytes,
    ]),
  );
}

/** Throws for bytes that are no such key. */
export function decodePuncturableKey(encoded: Buffer): PuncturableKey {
  const nodes: KeyNode[] = [];
  for (let at = 0; at < encoded.length; ) {
    const length = encoded[at] ?? 0;
    const prefix = encoded.toString("latin1", at + 1, at + 1 + length);
    const bytes = Buffer.from(encoded.subarray(at + 1 + length, at + 1 + length + NODE_BYTES));
    if (length > DEPTH || !/^[0-3]*$/.test(prefix) || bytes.length < NODE_BYTES) {
      throw new Error("these bytes are no puncturable key");
    }
    nodes.push({ prefix, bytes });
    at += 1 + length + NODE_BYTES;
  }
  return { nodes };
}

function siblingsBelow(from: KeyNode, path: string): KeyNode[] {
  const siblings: KeyNode[] = [];
  let node = from.bytes;
  for (let at = from.prefix.length; at < DEPTH; at++) {
    const taken = path.charCodeAt(at) - 48;
    for (let digit = 0; digit < DIGITS; digit++) {
      if (digit === taken) continue;
      siblings.push({ prefix: path.slice(0, at) + digit, bytes: childOf(node, digit) });
    }
    node = childOf(node, taken);
  }
  return siblings;
}

const LABEL_KEY = Buffer.from("K");
/** 0x50 ‖ node ‖ digit: what is hashed next. */
const input = Buffer.alloc(NODE_BYTES + 2, 0x50);

/** Puts the child in the place of the node. A digest as text takes a quarter of the time of one in a buffer of its own. */
function descend(digit: number): void {
  input[NODE_BYTES + 1] = digit;
  input.write(hash("sha256", input, "binary"), 1, "binary");
}

function childOf(node: Buffer, digit: number): Buffer {
  node.copy(input, 1);
  descend(digit);
  return Buffer.from(input.subarray(1, 1 + NODE_BYTES));
}

function pathOf(label: string): string {
  const digest = hash("sha256", label, "buffer");
  let path = "";
  for (let at = 0; at < DEPTH / 4; at++) {
    const byte = digest[at] ?? 0;
    path += `${byte >> 6}${(byte >> 4) & 3}${(byte >> 2) & 3}${byte & 3}`;
  }
  return path;
}
