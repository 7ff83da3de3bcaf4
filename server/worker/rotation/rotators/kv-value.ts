import "server-only";
import { randomBytes } from "node:crypto";
import type { KvGenerated } from "#server/features/rotation/schema.ts";
import type { SecretFields } from "#server/integrations/openbao/kv-v2.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { OutsideCall } from "../outside.ts";
import type { RotationRun } from "../rotation-run.ts";

/** Marks who wrote a version, so that a repeat is recognised. */
const MARK = "rotation_id";

export type ValueRead =
  | { kind: "found"; version: number; value: SecretValue; kept: SecretFields; rotationId: string }
  | { kind: "malformed"; version: number; why: string }
  | { kind: "deleted" | "destroyed"; version: number }
  | { kind: "absent" };

/** What a path holds at a version (0 = the current one), as a secret of one generated field. */
export async function readValue(
  run: RotationRun,
  { field, keep }: Pick<KvGenerated, "field" | "keep">,
  at: { call: OutsideCall; path: string; version?: number },
): Promise<ValueRead> {
  const found = await run.outside(at.call, () => run.kv.read(at.path, at.version ?? 0));
  if (found.kind === "absent") return found;
  const { version } = found.info;
  if (found.kind !== "found") return { kind: found.kind, version };
  const { [field]: value, [MARK]: mark, ...rest } = found.fields;
  if (!value) return { kind: "malformed", version, why: `has no field ${field}` };
  // A field we were not told of may be no text, and would come back as something else.
  const unknown = Object.keys(rest).filter((name) => !keep.includes(name));
  if (unknown.length > 0) {
    return { kind: "malformed", version, why: `has fields nobody declared: ${unknown.join(", ")}` };
  }
  return { kind: "found", version, value, kept: rest, rotationId: mark?.reveal() ?? "" };
}

/** The secret's fields with a value of this rotation. */
export function fieldsWith(
  run: RotationRun,
  field: string,
  { value, kept }: { value: SecretValue; kept: SecretFields },
  mark = run.rotationId,
): SecretFields {
  return { ...kept, [field]: value, [MARK]: SecretValue.of(mark) };
}

/** A value that nobody can guess: `bytes` of randomness, base64url. */
export function freshValue(bytes: number): SecretValue {
  return SecretValue.of(randomBytes(bytes).toString("base64url"));
}
