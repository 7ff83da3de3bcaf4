import { formatCosignerKey } from "../merkle/cosigner-key.ts";
import type { NoteVerifier } from "../merkle/note-key.ts";

/**
 * A trust policy in the C2SP tlog-policy format: this log (a line for each key that signs), these witnesses, and a quorum of all of them.
 * It says whom the installation itself asks; a reader puts keys here that he got elsewhere.
 */
export function logPolicy(logKeys: readonly string[], witnesses: readonly NoteVerifier[]): string {
  const inOrder = [...witnesses].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const names = inOrder.map((_, at) => `witness-${at + 1}`);
  const lines = [
    "# C2SP tlog-policy: compare these keys with ones that you got elsewhere.",
    ...logKeys.map((logKey) => `log ${logKey}`),
    ...inOrder.map((witness, at) => `witness ${names[at]} ${formatCosignerKey(witness)}`),
    ...(names.length > 0 ? [`group all-witnesses all ${names.join(" ")}`] : []),
    `quorum ${names.length > 0 ? "all-witnesses" : "none"}`,
  ];
  return `${lines.join("\n")}\n`;
}
