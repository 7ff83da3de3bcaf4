import { z } from "zod";
import { CHECK_STATES, EVIDENCE_KINDS, REASON_CODES } from "#server/engines/compliance/check.ts";
import { FRAMEWORK_IDS } from "#server/engines/compliance/frameworks/framework.ts";
import { CHECK_IDS, type CheckId } from "#server/engines/compliance/judge-checks.ts";

export const CheckStateName = z.enum(CHECK_STATES);
export const CheckIdName = z.enum(CHECK_IDS as readonly [CheckId, ...CheckId[]]);

export const Evidence = z.object({
  kind: z.enum(EVIDENCE_KINDS),
  id: z.string(),
  at: z.string().nullable(),
});

const seconds = z.number().int().min(1).max(86_400);

export const LookInput = z.object({
  /** When the clock brings the next look; a grown log brings it sooner. */
  nextInSeconds: seconds,
});

export const Flip = z.object({
  checkId: CheckIdName,
  before: CheckStateName.nullable(),
  state: CheckStateName,
  reason: z.enum(REASON_CODES),
  eventId: z.string(),
});
export const Looked = z.object({ checks: z.number(), flips: z.array(Flip) });

export const RecordLogAuditInput = z.object({
  begunAt: z.date(),
  logSize: z.string().regex(/^(0|[1-9]\d{0,18})$/),
  /** The signed head that the rows were held against. */
  note: z.string().min(1).max(65_536),
  faultCount: z.number().int().min(0),
  faults: z.array(z.string().max(1_000)).max(20),
});
export const LogAuditRecorded = z.object({ faultCount: z.number() });

export const ExportOscalInput = z.object({ framework: z.enum(FRAMEWORK_IDS) });
export const OscalExport = z.object({
  framework: z.enum(FRAMEWORK_IDS),
  /** When the checks were judged that it tells of. */
  lookedAt: z.date(),
  /** SHA-256 in hex of `json`. */
  digest: z.string(),
  /** OSCAL assessment results, RFC 8785 JSON. */
  json: z.string(),
});
