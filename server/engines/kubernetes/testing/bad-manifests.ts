/** A file that no reader may fall over, and what is said of it. */
export interface BadManifest {
  file: string;
  content: string | Buffer;
  line: number;
  message: RegExp;
}

const LEVELS = 9;

/** What people and attackers write: every reader says file and line, and reads what stands beside it. */
export const BAD_MANIFESTS: readonly BadManifest[] = [
  {
    file: "bomb.yaml",
    content: [
      `a0: &a0 [${Array(LEVELS).fill("laugh").join(", ")}]`,
      ...Array.from(
        { length: LEVELS },
        (_, at) => `a${at + 1}: &a${at + 1} [${Array(LEVELS).fill(`*a${at}`).join(", ")}]`,
      ),
    ].join("\n"),
    line: 1,
    message: /blow up/,
  },
  {
    file: "cycle.yaml",
    content: "kind: Pod\nmetadata: &m\n  name: x\n  labels: *m\n",
    line: 1,
    message: /names what it is in/,
  },
  {
    file: "twice.yaml",
    content: "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  name: b\n",
    line: 5,
    message: /the key name is there twice/,
  },
  {
    file: "twice.json",
    content: '{"apiVersion": "v1", "kind": "Pod",\n"metadata": {"name": "a", "name": "b"}}',
    line: 2,
    message: /the key name is there twice/,
  },
  {
    file: "latin.yaml",
    content: Buffer.concat([Buffer.from("kind: Pod\nx: caf"), Buffer.from([0xe9, 0x0a])]),
    line: 2,
    message: /not UTF-8/,
  },
  {
    file: "deep.yaml",
    content: `a: ${"[".repeat(30_000)}${"]".repeat(30_000)}\n`,
    line: 1,
    message: /nested deeper/,
  },
  {
    file: "deep.json",
    content: `\n${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`,
    line: 2,
    message: /nested deeper/,
  },
  {
    file: "number.yaml",
    content: "kind: Pod\nx: 1e999\n",
    line: 2,
    message: /a number that Kubernetes can't hold/,
  },
  {
    file: "proto.yaml",
    content: "kind: Pod\n__proto__: { polluted: true }\n",
    line: 2,
    message: /__proto__/,
  },
  {
    file: "items.yaml",
    content: "apiVersion: v1\nkind: List\nitems:\n  - 7\n",
    line: 4,
    message: /not a Kubernetes object/,
  },
  {
    file: "surrogate.yaml",
    content: 'kind: Pod\nx: "\\udc00"\n',
    line: 2,
    message: /half a character/,
  },
  {
    file: "broken.yaml",
    content: "kind: Pod\nmetadata: { name: x\nspec: [\n",
    line: 3,
    message: /./,
  },
];
