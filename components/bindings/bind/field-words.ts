/** What a form may ask for, by the last name of its path. Words for each stand in the messages. */
const FIELD_WORDS = [
  "account",
  "accountPath",
  "activeRole",
  "admin",
  "bytes",
  "certificate",
  "clientId",
  "commonName",
  "crossSign",
  "database",
  "evidencePath",
  "field",
  "file",
  "form",
  "host",
  "instructions",
  "intervalDays",
  "isConfirmed",
  "isExclusive",
  "keep",
  "key",
  "login",
  "missing",
  "mount",
  "namespace",
  "port",
  "probeName",
  "realm",
  "resourceGroup",
  "role",
  "rootMount",
  "rotatorPath",
  "secret",
  "spiffeId",
  "standbyRole",
  "subscription",
  "target",
  "tls",
  "trim",
  "ttlSeconds",
  "url",
  "vault",
  "withoutGrace",
  "workload",
] as const;
export type FieldWord = (typeof FIELD_WORDS)[number];

/** Throws for a field that nobody has words for: a test asks for every kind's. */
export function fieldWord(path: string): FieldWord {
  const last = path.split(".").at(-1);
  const word = FIELD_WORDS.find((each) => each === last);
  if (!word) throw new Error(`no words for the field ${path}`);
  return word;
}
