import type { z } from "zod";
import type { BindSecretInput } from "#server/features/rotation/schema.ts";
import type { TargetList } from "./binding-shapes.ts";

type Input = z.input<typeof BindSecretInput>;

/** What the form offers; every other kind is imported as a document. */
export const ROTATOR_CHOICES = [
  "kv-generated",
  "postgres-dual-user",
  "openbao-transit",
  "none",
] as const;

export const FORM_FIELDS = [
  "name",
  "path",
  "owner",
  "field",
  "missing",
  "mount",
  "key",
  "activeRole",
  "standbyRole",
  "rotatorPath",
] as const;

export type FormValues = Partial<Record<(typeof FORM_FIELDS)[number], string>> & {
  class: string;
  environment: string;
  rotator: string;
  target: string;
};

/** What the form says, as the verb takes it; the verb judges it. */
export function inputOf(values: FormValues, targets: TargetList["here"]): Input {
  return {
    name: values.name ?? "",
    class: values.class as Input["class"],
    environment: values.environment as Input["environment"],
    store: "openbao",
    path:
      values.rotator === "openbao-transit"
        ? `${values.mount}/keys/${values.key}`
        : (values.path ?? ""),
    owner: values.owner ?? "",
    rotator: rotatorOf(values, targets),
    currentVersion: null,
    lastRotatedAt: null,
  };
}

function rotatorOf(values: FormValues, targets: TargetList["here"]): Input["rotator"] {
  const text = (field: (typeof FORM_FIELDS)[number]) => values[field] ?? "";
  switch (values.rotator) {
    case "postgres-dual-user": {
      const chosen = targets.find(({ name }) => name === values.target)?.address;
      const address = chosen?.kind === "postgres" ? chosen : undefined;
      return {
        kind: "postgres-dual-user",
        target: {
          host: address?.host ?? "",
          port: address?.port ?? 0,
          database: address?.databases[0] ?? "",
          tls: address?.tls ?? "verify-full",
        },
        activeRole: text("activeRole"),
        standbyRole: text("standbyRole"),
        rotatorPath: text("rotatorPath"),
      };
    }
    case "openbao-transit":
      return { kind: "openbao-transit", mount: text("mount"), key: text("key"), trim: false };
    case "none":
      return { kind: "none", missing: text("missing") };
    default:
      return { kind: "kv-generated", field: text("field"), bytes: 32, keep: [] };
  }
}
