import type { z } from "zod";
import type {
  SaveRotationTargetInput,
  TargetAddress,
} from "#server/features/rotation-targets/schema.ts";

type Input = z.input<typeof SaveRotationTargetInput>;
type Kind = TargetAddress["kind"];

/** What an address of each kind is made of, as the form asks for it. */
export const ADDRESS_FIELDS = {
  postgres: ["host", "port", "databases", "tls"],
  openbao: ["mount", "engine", "prefix"],
  "azure-key-vault": ["vault", "prefix"],
  "azure-storage": ["subscription", "resourceGroup", "accounts"],
  keycloak: ["url", "realm"],
  kubernetes: ["namespaces"],
  file: ["folder"],
} as const satisfies Record<Kind, readonly string[]>;

export type TargetValues = Partial<
  Record<
    (typeof ADDRESS_FIELDS)[Kind][number] | "name" | "tenants" | "environments" | "reason",
    string
  >
>;

/** What the form says, as the verb takes it; the verb judges it. */
export function targetInputOf(kind: Kind, values: TargetValues): Input {
  const tenants = listOf(values.tenants);
  return {
    name: values.name ?? "",
    address: addressOf(kind, values),
    tenants: tenants.length === 1 && tenants[0] === "*" ? "every" : tenants,
    environments: listOf(values.environments) as Input["environments"],
    reason: values.reason ?? "",
  };
}

function addressOf(kind: Kind, values: TargetValues): Input["address"] {
  const fields = ADDRESS_FIELDS[kind].map((field) => {
    const text = values[field] ?? "";
    if (field === "port") return [field, Number(text)];
    if (field === "databases" || field === "namespaces" || field === "accounts")
      return [field, listOf(text)];
    return [field, text.trim()];
  });
  return { kind, ...Object.fromEntries(fields) } as Input["address"];
}

function listOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(/[\s,]+/)
    .map((each) => each.trim())
    .filter(Boolean);
}
