import { z } from "zod";
import { plainText } from "./plain-text.ts";
import { type Reason, reason } from "./reasons.ts";
import {
  REPORTED_SEVERITIES,
  type ReportedSeverity,
  type SupplyChainDemand,
} from "./supply-chain-demand.ts";

/** How many vulnerabilities a report holds. */
export interface VulnerabilitySummary {
  readonly counts: Readonly<Record<ReportedSeverity, number>>;
  /** Of those, what a fixed version exists for. */
  readonly fixable: Readonly<Record<ReportedSeverity, number>>;
  readonly worst: ReportedSeverity | null;
  readonly worstFixable: ReportedSeverity | null;
  readonly tool: string;
}

export interface SbomSummary {
  readonly packages: number;
  readonly tool: string;
}

const Text = z.string().max(1_000);
const Tool = z.object({ name: Text, version: Text.default("") });
/** Where Syft and Grype say which image they looked at. */
const ImageTarget = z.object({
  manifestDigest: Text.optional(),
  repoDigests: z.array(Text).nullish(),
});

const GrypeReport = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: Text,
        severity: Text.default("Unknown"),
        fix: z.object({ state: Text.default("unknown") }).nullish(),
      }),
    }),
  ),
  source: z.object({ type: z.literal("image"), target: ImageTarget }),
  descriptor: Tool,
});

const SyftReport = z.object({
  artifacts: z.array(z.object({ name: Text, version: Text.default("") })),
  source: z.object({ type: z.literal("image"), metadata: ImageTarget }),
  descriptor: Tool,
});

/** The digests that a report says it is about. */
function digestsOf({ manifestDigest, repoDigests }: z.infer<typeof ImageTarget>): string[] {
  const named = (repoDigests ?? []).map((each) => each.slice(each.lastIndexOf("@") + 1));
  return [...new Set([...(manifestDigest ? [manifestDigest] : []), ...named])];
}

/** Reads a report of Grype (`grype -o json`). Throws a ZodError that names the field at fault. */
export function readGrypeReport(json: unknown): {
  digests: string[];
  summary: VulnerabilitySummary;
} {
  const { matches, source, descriptor } = GrypeReport.parse(json);
  const counts = noCounts();
  const fixable = noCounts();
  for (const { vulnerability } of matches) {
    const severity = severityOf(vulnerability.severity);
    counts[severity] += 1;
    if (vulnerability.fix?.state === "fixed") fixable[severity] += 1;
  }
  const tool = plainText(`${descriptor.name} ${descriptor.version}`.trim(), 200);
  return {
    digests: digestsOf(source.target),
    summary: { counts, fixable, worst: worstOf(counts), worstFixable: worstOf(fixable), tool },
  };
}

/** Reads a bill of materials of Syft (`syft -o json`). Throws a ZodError that names the field at fault. */
export function readSyftReport(json: unknown): { digests: string[]; summary: SbomSummary } {
  const { artifacts, source, descriptor } = SyftReport.parse(json);
  const tool = plainText(`${descriptor.name} ${descriptor.version}`.trim(), 200);
  return { digests: digestsOf(source.metadata), summary: { packages: artifacts.length, tool } };
}

/**
 * Why an image's reports do not pass the gate; empty when they do. Every report about the image has to
 * pass: attaching a milder one does not undo a worse one.
 */
export function gateReasons(
  demand: SupplyChainDemand,
  vulnerabilities: readonly { attachment: string; summary: VulnerabilitySummary }[],
  sboms: number,
): Reason[] {
  const reasons: Reason[] = [];
  const gate = demand.vulnerabilities;
  if (demand.requiresSbom && sboms === 0) reasons.push(reason("no-sbom"));
  if (gate && vulnerabilities.length === 0) reasons.push(reason("no-report"));
  for (const { attachment, summary } of gate ? vulnerabilities : []) {
    if (isWorse(summary.worst, gate?.worst ?? null)) {
      const words = over(summary.counts, gate?.worst ?? null);
      reasons.push(reason("too-severe", { ...words, attachment }));
    }
    if (isWorse(summary.worstFixable, gate?.worstFixable ?? null)) {
      const words = over(summary.fixable, gate?.worstFixable ?? null);
      reasons.push(reason("fixable-too-severe", { ...words, attachment }));
    }
  }
  return reasons;
}

const rank = (severity: ReportedSeverity | null) =>
  severity === null ? REPORTED_SEVERITIES.length : REPORTED_SEVERITIES.indexOf(severity);
const isWorse = (found: ReportedSeverity | null, allowed: ReportedSeverity | null) =>
  rank(found) < rank(allowed);

function over(counts: Record<ReportedSeverity, number>, allowed: ReportedSeverity | null) {
  const found = REPORTED_SEVERITIES.filter(
    (severity) => counts[severity] > 0 && isWorse(severity, allowed),
  );
  return {
    got: found.map((severity) => `${counts[severity]} ${severity}`).join(", "),
    wanted: allowed === null ? "none" : `none above ${allowed}`,
  };
}

function noCounts(): Record<ReportedSeverity, number> {
  return { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, negligible: 0 };
}

function severityOf(text: string): ReportedSeverity {
  const lower = text.toLowerCase();
  return REPORTED_SEVERITIES.find((each) => each === lower) ?? "unknown";
}

function worstOf(counts: Record<ReportedSeverity, number>): ReportedSeverity | null {
  return REPORTED_SEVERITIES.find((severity) => counts[severity] > 0) ?? null;
}
