import type { SecretValue } from "#server/platform/secret-value.ts";

/** Where a target database listens. A reference: it holds no credential. */
export interface PostgresTarget {
  host: string;
  port: number;
  database: string;
  /** `verify-full` checks certificate and name; `disable` is for the same machine only. */
  tls: "verify-full" | "disable";
}

/** A login of the target on its way from the vault. */
export interface TargetLogin {
  username: string;
  password: SecretValue;
}

/** What a call to a target came to. `unknown`: nobody can say whether it was done. */
export type TargetOutcome<Done = object> =
  | ({ kind: "done" } & Done)
  | { kind: "refused"; code: string; text: string }
  | { kind: "unreachable"; text: string }
  | { kind: "unknown"; text: string };
