/** `unknown` ranks above negligible: what nobody has rated is not harmless. */
export const REPORTED_SEVERITIES = [
  "critical",
  "high",
  "medium",
  "low",
  "unknown",
  "negligible",
] as const;
export type ReportedSeverity = (typeof REPORTED_SEVERITIES)[number];

/** Who signs: the certificate's one name and the issuer that vouched for it, letter by letter. */
export interface TrustedSigner {
  readonly issuer: string;
  readonly subject: string;
}

/** A key that signs without a certificate (cosign), pinned. */
export interface TrustedKey {
  readonly name: string;
  /** SPKI in PEM. */
  readonly publicKey: string;
}

export interface TrustedBuilder {
  readonly id: string;
  /** The SLSA build level that this builder is trusted for. */
  readonly level: 2 | 3;
}

/** Where a service is built from. */
export interface TrustedSource {
  /** Null: any service of the environment. */
  readonly service: string | null;
  readonly repository: string;
  /** Null: any ref. */
  readonly ref: string | null;
}

/** The worst that a vulnerability report may hold. `null` where nothing may be found. */
export interface VulnerabilityGate {
  readonly worst: ReportedSeverity | null;
  /** Of what has a fix already. */
  readonly worstFixable: ReportedSeverity | null;
}

/** What an environment demands of where images come from and what is in them. */
export interface SupplyChainDemand {
  readonly signers: readonly TrustedSigner[];
  readonly keys: readonly TrustedKey[];
  readonly builders: readonly TrustedBuilder[];
  /** Empty: provenance may name any source. */
  readonly sources: readonly TrustedSource[];
  /** Null: no report is asked for. */
  readonly vulnerabilities: VulnerabilityGate | null;
  readonly requiresSbom: boolean;
}

export const NO_DEMAND: SupplyChainDemand = {
  signers: [],
  keys: [],
  builders: [],
  sources: [],
  vulnerabilities: null,
  requiresSbom: false,
};

/** Whether something besides provenance is asked of every image. */
export function hasGate({ vulnerabilities, requiresSbom }: SupplyChainDemand): boolean {
  return vulnerabilities !== null || requiresSbom;
}
