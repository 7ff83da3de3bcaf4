import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import type { CheckState, EvidenceRef } from "../compliance/check.ts";
import { uuidV5 } from "./uuid-v5.ts";

const NS = "https://openova.io/ns/sovereign-console";
/** Nothing newer than this release is used; the schema of a later one takes it too. */
const OSCAL_VERSION = "1.1.3";

export interface AssessedCheck {
  readonly checkId: string;
  readonly title: string;
  readonly state: CheckState;
  readonly reason: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly evidence: readonly EvidenceRef[];
}

export interface AssessedControl {
  /** An OSCAL token: `CC6.1`. */
  readonly id: string;
  readonly title: string;
  readonly state: CheckState;
  readonly checks: readonly string[];
}

export interface Assessment {
  readonly tenant: string;
  /** Who runs the console. */
  readonly sovereign: string;
  readonly framework: { readonly id: string; readonly title: string };
  /** When the checks were judged, ISO 8601. */
  readonly at: string;
  readonly controls: readonly AssessedControl[];
  readonly checks: readonly AssessedCheck[];
}

/**
 * OSCAL assessment results (JSON) of one framework: an observation a check, a finding a control. What is
 * unknown is not satisfied; what does not apply is left out. Same assessment, same bytes (law 11).
 * https://pages.nist.gov/OSCAL/concepts/layer/assessment/assessment-results/
 */
export function assessmentResults(assessment: Assessment): JsonValue {
  const { tenant, sovereign, framework, at, controls, checks } = assessment;
  const id = (...name: string[]) => uuidV5(sovereign, tenant, framework.id, ...name);
  const digest = createHash("sha256")
    .update(canonicalJson(assessment as unknown as JsonValue))
    .digest("hex");
  const ofRun = (...name: string[]) => id(digest, ...name);
  const applicable = controls.filter(({ state }) => state !== "not-applicable");
  const reviewed = applicable.length > 0 ? applicable : controls;
  const tool = uuidV5("tool", sovereign);
  const plan = id("plan");
  return {
    "assessment-results": {
      uuid: ofRun("assessment-results"),
      metadata: {
        title: `${framework.title}: live checks of ${tenant}`,
        "last-modified": at,
        version: digest.slice(0, 16),
        "oscal-version": OSCAL_VERSION,
        parties: [{ uuid: id("party"), type: "organization", name: tenant }],
      },
      "import-ap": { href: `#${plan}` },
      results: [
        {
          uuid: ofRun("result"),
          title: `${framework.title} as of ${at}`,
          description:
            "Each control by the live checks that bear on it. They are evidence of what they look at, not an opinion on the whole control.",
          start: at,
          end: at,
          "local-definitions": {
            components: [
              {
                uuid: tool,
                type: "software",
                title: "Sovereign Console",
                description: `The security console of ${sovereign}, which judged its own rows.`,
                status: { state: "operational" },
              },
            ],
          },
          "reviewed-controls": {
            "control-selections": [
              { "include-controls": reviewed.map((control) => ({ "control-id": control.id })) },
            ],
          },
          observations: checks.map((check) => observation(check, { at, tool, tenant, ofRun })),
          ...(applicable.length > 0
            ? { findings: applicable.map((control) => finding(control, ofRun)) }
            : {}),
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: plan,
            title: "Live checks",
            description:
              "The console judges each check by the tenant's own rows on a schedule and when its audit log grows.",
          },
        ],
      },
    },
  };
}

interface Run {
  at: string;
  tool: string;
  tenant: string;
  ofRun(...name: string[]): string;
}

function observation(check: AssessedCheck, { at, tool, tenant, ofRun }: Run): JsonValue {
  const params = Object.entries(check.params).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    uuid: ofRun("observation", check.checkId),
    title: check.checkId,
    description: `${check.title}: ${check.state}, because ${check.reason}.`,
    props: [
      { name: "state", ns: NS, value: check.state },
      { name: "reason", ns: NS, value: check.reason },
      ...params
        // An OSCAL string is not empty.
        .filter(([, value]) => String(value).trim() !== "")
        .map(([name, value]) => ({ name, ns: NS, value: String(value).trim() })),
    ],
    methods: ["TEST"],
    types: ["control-objective"],
    origins: [{ actors: [{ type: "tool", "actor-uuid": tool }] }],
    ...(check.evidence.length > 0
      ? {
          "relevant-evidence": check.evidence.map(({ kind, id, at: of }) => ({
            href: `urn:sovereign-console:${tenant}:${kind}:${encodeURIComponent(id)}`,
            description: of ? `${kind} of ${of}` : kind,
          })),
        }
      : {}),
    collected: at,
  };
}

function finding({ id, title, state, checks }: AssessedControl, ofRun: Run["ofRun"]): JsonValue {
  const isMet = state === "met";
  return {
    uuid: ofRun("finding", id),
    title: id,
    description: title,
    target: {
      type: "objective-id",
      "target-id": id,
      status: {
        state: isMet ? "satisfied" : "not-satisfied",
        reason: isMet ? "pass" : state === "failing" ? "fail" : "other",
        ...(state === "unknown" ? { remarks: "It can't be told now: a check is unknown." } : {}),
      },
    },
    "related-observations": checks.map((check) => ({
      "observation-uuid": ofRun("observation", check),
    })),
  };
}
