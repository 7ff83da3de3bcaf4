import { LAYERS } from "./declaration.ts";

/** What is judged of an environment: the five layers, and where it all is (Placement). */
export const CELL_LAYERS = [...LAYERS, "residency"] as const;
export type CellLayer = (typeof CELL_LAYERS)[number];

export const VERDICTS = ["violates", "unknown", "supports", "notes"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a fact says; its words are in `messages/<locale>/isolation.json`, with these parameters. */
export const FACT_CODES = [
  "not-declared",
  "source-away",
  "source-incomplete",
  "kind-unread",
  "no-source",
  "nothing-there",
  "namespace-undeclared",
  "namespace-absent",
  "namespace-foreign",
  "namespaces-own",
  "pods-of-another-tenant",
  "pods-unlabelled",
  "node-unknown",
  "node-shared",
  "node-outside-pool",
  "nodes-dedicated",
  "virtual-cluster-own",
  "virtual-cluster-foreign",
  "virtual-cluster-misplaced",
  "capsule-own",
  "capsule-shared",
  "capsule-owner",
  "capsule-owner-foreign",
  "reaches-tenant",
  "reached-by-tenant",
  "reaches-unowned",
  "reached-by-unowned",
  "reach-uncertain",
  "edges-unlisted",
  "no-crossing-edges",
  "not-isolated",
  "host-network",
  "cni-unknown",
  "cni-enforces",
  "subnet-unknown",
  "subnet-shared",
  "subnet-dedicated",
  "database-absent",
  "database-foreign",
  "database-shared-cluster",
  "database-own-cluster",
  "database-own",
  "row-security-missing",
  "row-security-forced",
  "login-bypasses-row-security",
  "bus-account-own",
  "bus-account-foreign",
  "bus-account-shared",
  "bus-account-absent",
  "bus-topic-own",
  "bus-topic-open",
  "bus-topic-reader-unknown",
  "bus-unauthorized",
  "reader-human",
  "reader-foreign",
  "reader-unknown",
  "reader-own",
  "reader-platform",
  "readers-known",
  "realm-own",
  "realm-absent",
  "realm-foreign",
  "quota-absent",
  "quota-above-declared",
  "quota-within",
  "quota-nearly-used",
  "capacity-own",
  "placement-not-agreed",
  "region-outside-placement",
  "region-unknown",
  "regions-agreed",
  "cluster-outside-placement",
  "database-outside-placement",
  "database-region-unknown",
  "database-region-agreed",
  "backup-outside-placement",
  "backup-region-unknown",
  "backup-region-agreed",
  "vault-outside-placement",
  "vault-region-unknown",
  "vault-region-agreed",
] as const;
export type FactCode = (typeof FACT_CODES)[number];

/** Where a fact was read. */
export interface FactSource {
  kind: "cluster" | "vault" | "catalog" | "identity" | "declaration";
  name: string;
}

export interface Fact {
  layer: CellLayer;
  code: FactCode;
  verdict: Verdict;
  source: FactSource;
  /** Own names only: nothing here may tell of another tenant. */
  params: Readonly<Record<string, string>>;
  /** The tenant on the other side, by name; made opaque before it is stored (ADR 27). */
  peer?: string;
  /** What it was read from, as `Kind namespace/name`; own and platform objects only. */
  objects: readonly string[];
}

export const CELL_STATES = ["verified", "violated", "unknown"] as const;
export type CellState = (typeof CELL_STATES)[number];

/** A violation wins; then what nobody knows; and nothing known is unknown too (law 7). */
export function stateOf(facts: readonly Pick<Fact, "verdict">[]): CellState {
  const has = (verdict: Verdict) => facts.some((fact) => fact.verdict === verdict);
  if (has("violates")) return "violated";
  return has("unknown") || !has("supports") ? "unknown" : "verified";
}
