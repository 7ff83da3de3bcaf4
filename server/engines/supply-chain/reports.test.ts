import fc from "fast-check";
import { expect, test } from "vitest";
import { reasonWords } from "./reasons.ts";
import { gateReasons, readGrypeReport, readSyftReport } from "./reports.ts";
import { NO_DEMAND, REPORTED_SEVERITIES, type VulnerabilityGate } from "./supply-chain-demand.ts";

const IMAGE = `sha256:${"a".repeat(64)}`;

function report(found: [severity: string, fix: string][]) {
  return {
    matches: found.map(([severity, state], at) => ({
      vulnerability: { id: `CVE-2026-${at}`, severity, fix: { versions: [], state } },
      artifact: { name: "openssl", version: "3.0.1" },
    })),
    source: {
      type: "image",
      target: {
        userInput: "x",
        manifestDigest: IMAGE,
        repoDigests: [`registry.example/a@${IMAGE}`],
      },
    },
    descriptor: { name: "grype", version: "0.90.0" },
  };
}

function judged(found: [string, string][], vulnerabilities: VulnerabilityGate) {
  const { summary } = readGrypeReport(report(found));
  return gateReasons({ ...NO_DEMAND, vulnerabilities }, [{ attachment: "r", summary }], 0);
}
/** No critical, and nothing high that a fix exists for. */
const GATE: VulnerabilityGate = { worst: "high", worstFixable: "medium" };

test("counts by severity, and what is fixable", () => {
  const { digests, summary } = readGrypeReport(
    report([
      ["High", "fixed"],
      ["High", "not-fixed"],
      ["Low", "wont-fix"],
      ["Somewhat", "unknown"],
    ]),
  );
  expect(digests).toEqual([IMAGE]);
  expect(summary).toMatchObject({
    counts: { critical: 0, high: 2, low: 1, unknown: 1 },
    fixable: { high: 1, low: 0 },
    worst: "high",
    worstFixable: "high",
    tool: "grype 0.90.0",
  });
});

test.each<[string, [string, string][], string[]]>([
  ["nothing found", [], []],
  ["high without a fix", [["High", "not-fixed"]], []],
  ["medium with a fix", [["Medium", "fixed"]], []],
  ["high with a fix", [["High", "fixed"]], ["fixable-too-severe"]],
  ["critical without a fix", [["Critical", "not-fixed"]], ["too-severe"]],
  ["critical with a fix", [["Critical", "fixed"]], ["too-severe", "fixable-too-severe"]],
])("%s", (_name, found, codes) => {
  expect(judged(found, GATE).map(({ code }) => code)).toEqual(codes);
});

test("says what was found and what is taken", () => {
  const found: [string, string][] = [
    ["Critical", "not-fixed"],
    ["Critical", "not-fixed"],
  ];
  const words = judged(found, GATE).map(reasonWords);
  expect(words).toEqual(["it has 2 critical, the policy takes none above high"]);
});

test("a gate that takes nothing refuses the least, and a missing report", () => {
  const nothing = { worst: null, worstFixable: null };
  expect(judged([["Negligible", "fixed"]], nothing)).toHaveLength(2);
  expect(judged([], nothing)).toEqual([]);
  const demand = { ...NO_DEMAND, vulnerabilities: nothing, requiresSbom: true };
  expect(gateReasons(demand, [], 0).map(({ code }) => code)).toEqual(["no-sbom", "no-report"]);
  expect(gateReasons(NO_DEMAND, [], 0)).toEqual([]);
});

test("a milder report beside a worse one undoes nothing", () => {
  const worse = readGrypeReport(report([["Critical", "fixed"]])).summary;
  const milder = readGrypeReport(report([])).summary;
  const reports = [worse, milder].map((summary, at) => ({ attachment: String(at), summary }));
  const demand = { ...NO_DEMAND, vulnerabilities: GATE };
  const codes = (each: typeof reports) => gateReasons(demand, each, 0).map(({ code }) => code);
  expect(codes(reports)).toEqual(codes(reports.toReversed()));
  expect(codes(reports)).toContain("too-severe");
});

test("more findings never make a report pass", () => {
  const finding = fc.tuple(
    fc.constantFrom(...REPORTED_SEVERITIES, "odd"),
    fc.constantFrom("fixed", "not-fixed", "wont-fix"),
  );
  const bound = fc.constantFrom(null, ...REPORTED_SEVERITIES);
  fc.assert(
    fc.property(
      fc.array(finding),
      fc.array(finding),
      fc.record({ worst: bound, worstFixable: bound }),
      (some, more, gate) =>
        judged(some, gate).length === 0 || judged([...some, ...more], gate).length > 0,
    ),
  );
});

test.each<[string, unknown]>([
  ["nothing", null],
  ["a folder's report", { ...report([]), source: { type: "directory", target: "." } }],
  ["no matches", { source: report([]).source, descriptor: report([]).descriptor }],
])("%s is no report", (_name, json) => {
  expect(() => readGrypeReport(json)).toThrow();
});

test("a bill of materials names its image and counts its packages", () => {
  const bill = {
    artifacts: [{ name: "openssl", version: "3.0.1", type: "deb" }],
    source: { type: "image", metadata: { repoDigests: [`registry.example/a@${IMAGE}`] } },
    descriptor: { name: "syft", version: "1.20.0" },
  };
  expect(readSyftReport(bill)).toEqual({
    digests: [IMAGE],
    summary: { packages: 1, tool: "syft 1.20.0" },
  });
  expect(() => readSyftReport({ ...bill, artifacts: "many" })).toThrow();
});
