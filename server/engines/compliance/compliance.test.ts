import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECK_STATES, type CheckState, EVIDENCE_KINDS, REASON_CODES } from "./check.ts";
import { accessChecks } from "./checks/access-checks.ts";
import { logChecks } from "./checks/log-checks.ts";
import { placeChecks } from "./checks/place-checks.ts";
import { combineStates } from "./combine-states.ts";
import type { ComplianceFacts } from "./facts.ts";
import { flippedControls } from "./flipped-controls.ts";
import { FRAMEWORKS } from "./frameworks.ts";
import { CHECK_IDS } from "./judge-checks.ts";
import { messageKey } from "./message-key.ts";
import { THREAT_IDS, THREATS } from "./threats.ts";

const root = join(import.meta.dirname, "../../..");
const words = (locale: string) =>
  JSON.parse(readFileSync(join(root, `messages/${locale}/compliance.json`), "utf8"));
const stateArbitrary = fc.constantFrom(...CHECK_STATES);

describe("states of many checks as one", () => {
  test("unknown is never green, and failing is never hidden", () => {
    fc.assert(
      fc.property(fc.array(stateArbitrary), (states) => {
        const state = combineStates(states);
        if (states.includes("failing")) return state === "failing";
        if (states.includes("unknown")) return state === "unknown";
        return state === (states.includes("met") ? "met" : "not-applicable");
      }),
    );
  });

  test("no check at all is no green", () => expect(combineStates([])).toBe("not-applicable"));

  test("only controls whose state became another are told", () => {
    const all = (state: CheckState) => new Map(CHECK_IDS.map((id) => [id, state] as const));
    const now = CHECK_IDS.map((checkId) => ({
      checkId,
      state: checkId === "tokens-bound" ? ("failing" as const) : ("met" as const),
    }));
    const flipped = flippedControls(all("met"), now);
    expect(flipped.length).toBeGreaterThan(0);
    expect(flipped.every(({ checks }) => checks.includes("tokens-bound"))).toBe(true);
    expect(flipped[0]).toMatchObject({ framework: "soc2", control: "CC6.1", before: "met" });
    expect(flippedControls(all("failing"), now).map(({ state }) => state)).not.toContain("failing");
  });
});

describe("the catalogue", () => {
  test("every check bears on a control and every control has one, once", () => {
    const used = new Set(
      FRAMEWORKS.flatMap(({ controls }) => controls.flatMap(({ checks }) => checks)),
    );
    expect([...used].sort()).toEqual([...CHECK_IDS].sort());
    for (const { id, controls } of FRAMEWORKS) {
      expect(new Set(controls.map((control) => control.id)).size, id).toBe(controls.length);
      for (const control of controls) {
        expect(control.checks.length, control.id).toBeGreaterThan(0);
        expect(new Set(control.checks).size, control.id).toBe(control.checks.length);
        // A token of OSCAL.
        expect(control.id).toMatch(/^[\p{L}_][\p{L}\p{N}.\-_]*$/u);
      }
    }
  });

  test.each(["en", "ar"])("everything has its words in %s", (locale) => {
    const { control, check, about, reason, evidence, threat } = words(locale);
    for (const { id, controls } of FRAMEWORKS) {
      expect(Object.keys(control[id]).sort()).toEqual(
        controls.map((each) => messageKey(each.id)).sort(),
      );
    }
    expect(Object.keys(check).sort()).toEqual([...CHECK_IDS].sort());
    expect(Object.keys(about).sort()).toEqual([...CHECK_IDS].sort());
    expect(Object.keys(reason).sort()).toEqual([...REASON_CODES].sort());
    expect(Object.keys(evidence).sort()).toEqual([...EVIDENCE_KINDS].sort());
    for (const id of THREAT_IDS) {
      expect(Object.keys(threat[id].mitigation).sort()).toEqual(
        THREATS[id].map(({ key }) => key).sort(),
      );
    }
  });

  test("what is said to hold a mitigation is there", () => {
    for (const { kind, ref } of Object.values(THREATS).flatMap((all) =>
      all.flatMap(({ heldBy }) => heldBy),
    )) {
      const file =
        kind === "adr"
          ? `docs/adr/${ref}.md`
          : kind === "test"
            ? ref
            : `app/(console)/t/[tenant]${ref}/page.tsx`;
      expect(existsSync(join(root, file)), file).toBe(true);
    }
  });

  test("every threat of the platform has something live in its way", () => {
    for (const id of THREAT_IDS) {
      expect(THREATS[id].flatMap(({ checks }) => checks).length, id).toBeGreaterThan(0);
    }
  });
});

const NOW = "2026-11-22T08:00:00.000Z";
const NONE = { total: 0, bad: 0, badRefs: [], goodRefs: [] };
const cells = { total: 0, violated: [], unknown: [], verified: [] };
const FACTS = {
  now: NOW,
  isSovereign: false,
  access: { isTokenBound: true },
  places: { driftLook: { at: NOW, away: [] }, oldDrift: NONE, isolation: cells },
  log: { head: null, oldestPendingAt: null, audit: null, witnesses: [] },
} as unknown as ComplianceFacts;
const withPlaces = (places: object): ComplianceFacts => ({
  ...FACTS,
  places: { ...FACTS.places, ...places },
});

describe("checks that doubt", () => {
  test("tokens that anybody could send are failing, by the setting itself", () => {
    const check = accessChecks["tokens-bound"];
    expect(check(FACTS).state).toBe("met");
    const open = { ...FACTS, access: { ...FACTS.access, isTokenBound: false } };
    expect(check(open)).toMatchObject({ state: "failing", reason: "setting-open" });
  });

  const drift = placeChecks["drift-age"];
  const ref = { kind: "drift-cluster" as const, id: "muscat", at: NOW };
  test.each([
    ["no look", { driftLook: { at: null, away: [] } }, "unknown", "not-looked"],
    ["an old one", { driftLook: { at: "2026-11-22T07:00:00Z", away: [] } }, "unknown", "look-old"],
    ["a cluster away", { driftLook: { at: NOW, away: [ref] } }, "unknown", "sources-away"],
    [
      "a finding, although a cluster is away",
      { driftLook: { at: NOW, away: [ref] }, oldDrift: { ...NONE, total: 1, bad: 1 } },
      "failing",
      "some",
    ],
    ["a look that found nothing", {}, "met", "all"],
  ])("drift by %s", (_, places, state, reason) => {
    expect(drift(withPlaces(places))).toMatchObject({ state, reason });
  });

  test("the Sovereign has no cells of its own", () => {
    const check = placeChecks["isolation-verified"];
    expect(check({ ...FACTS, isSovereign: true }).state).toBe("not-applicable");
  });

  test("an audit that found something stays red however old; one that did not grows unknown", () => {
    const audited = (faults: number): ComplianceFacts => ({
      ...FACTS,
      log: {
        ...FACTS.log,
        head: { size: 9, digest: "d", at: NOW },
        audit: { at: "2026-11-01T08:00:00Z", size: 9, faults, digest: "d" },
      },
    });
    expect(logChecks["log-intact"](audited(1)).state).toBe("failing");
    expect(logChecks["log-intact"](audited(0))).toMatchObject({ state: "unknown" });
  });
});
