import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appliedChanges, shownChanges } from "./applied-changes.ts";
import { kubectlCommand } from "./kubectl-command.ts";
import { planRemediation } from "./plan-remediation.ts";
import { previousFields } from "./previous-fields.ts";
import {
  FINAL_REMEDIATION_STATES,
  mayMoveRemediation,
  mayWithdrawRemediation,
  REMEDIATION_STATES,
  TOUCHING_STATES,
} from "./state-machine.ts";

describe("the states", () => {
  test("what is over stays over, and everything else can end", () => {
    for (const from of REMEDIATION_STATES) {
      const next = REMEDIATION_STATES.filter((to) => mayMoveRemediation(from, to));
      expect(next.length === 0, from).toBe(FINAL_REMEDIATION_STATES.has(from));
    }
  });

  test("nothing is applied without having been approved, and nothing verified without having been applied", () => {
    const leadingTo = (to: (typeof REMEDIATION_STATES)[number]) =>
      REMEDIATION_STATES.filter((from) => mayMoveRemediation(from, to));
    expect(leadingTo("applying")).toEqual(["approved"]);
    expect(leadingTo("verified")).toEqual(["verifying"]);
    expect(leadingTo("verifying")).toEqual(["applying", "indeterminate"]);
  });

  test("what may have reached the cluster is not taken back", () => {
    for (const state of TOUCHING_STATES) expect(mayWithdrawRemediation(state)).toBe(false);
  });
});

describe("what would remedy a finding", () => {
  const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
  test.each([
    ["field-drift", policy, true, "apply"],
    ["missing", policy, true, "create"],
    ["missing", policy, false, "desired-changed"],
    ["unmanaged", policy, false, "delete"],
    ["unmanaged", policy, true, "desired-changed"],
    ["cross-tenant-route", policy, false, "delete"],
    ["cross-tenant-route", policy, true, "apply"],
    ["weaker-policy", policy, true, "apply"],
    ["isolation-violated", policy, true, "no-object"],
    [
      "changed-quota",
      { apiVersion: "catalyst.openova.io/v1alpha1", kind: "RuntimeTenantBinding" },
      true,
      "no-object",
    ],
    ["not-comparable", policy, true, "not-comparable"],
    ["field-drift", { apiVersion: "v1", kind: "Secret" }, true, "secret"],
    ["unexpected-image", { apiVersion: "v1", kind: "Pod" }, false, "made-by-controller"],
  ] as const)("%s of %o, desired: %s → %s", (rule, object, isDesired, expected) => {
    const plan = planRemediation({ rule, object }, isDesired);
    expect(plan.kind === "possible" ? plan.action : plan.refusal).toBe(expected);
  });
});

const desired = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "own", namespace: "shop", labels: { team: "a" } },
  spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: {} }] }] },
};

describe("what to go back to", () => {
  test("atomic lists and maps whole, what others added left alone", () => {
    const live = {
      ...desired,
      metadata: { ...desired.metadata, uid: "u", labels: { team: "b", other: "x" } },
      spec: { podSelector: { matchLabels: { app: "x" } }, policyTypes: ["Ingress"], ingress: [{}] },
    };
    expect(previousFields(desired, live)).toEqual({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "own", namespace: "shop", labels: { team: "b" } },
      spec: live.spec,
    });
  });

  test("items of list maps by their keys", () => {
    const of = (containers: object[]) =>
      ({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "w" },
        spec: { containers },
      }) as never;
    const before = of([
      { name: "side", image: "s:1" },
      { name: "web", image: "web:old", tty: true },
    ]);
    const wanted = of([
      { name: "web", image: "web:1" },
      { name: "new", image: "n:1" },
    ]);
    expect(previousFields(wanted, before)).toEqual(of([{ name: "web", image: "web:old" }]));
  });

  test("going back to what is desired already is the desired object itself", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.string()), (data) => {
        const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data };
        expect(previousFields(object, structuredClone(object))).toEqual(object);
      }),
    );
  });
});

describe("what applying changes", () => {
  test("tells a rule that lets everybody in from one for the own namespace", () => {
    const live = { ...desired, spec: { ...desired.spec, ingress: [{}] } };
    const changes = appliedChanges(live, desired);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.every(({ path }) => path.startsWith("/spec/ingress"))).toBe(true);
    expect(appliedChanges(live, live)).toEqual([]);
  });

  test("of an object that comes or goes is the object", () => {
    expect(appliedChanges(null, desired)).toMatchObject([{ path: "", kind: "missing" }]);
    expect(appliedChanges(desired, null)).toMatchObject([{ path: "", kind: "extra" }]);
  });

  test("shows a long value by its length", () => {
    const long = { path: "/data/x", kind: "changed" as const, desired: "a".repeat(5_000), live: 1 };
    expect(shownChanges([long])).toEqual([{ ...long, desired: "… (5002 characters)" }]);
  });
});

describe("the command for a person's hands", () => {
  const object = {
    apiVersion: desired.apiVersion,
    kind: desired.kind,
    namespace: "shop",
    name: "own",
  };
  const more = { object, fieldManager: "m", force: false, source: "git" };

  test("applies the manifest and quotes what a shell would read", () => {
    const text = kubectlCommand({ ...more, manifest: desired, force: true });
    expect(text).toContain(
      "kubectl apply --server-side --field-manager=m --force-conflicts --namespace=shop -f - <<'MANIFEST'",
    );
    expect(text.endsWith("\nMANIFEST")).toBe(true);
    const odd = {
      ...desired,
      metadata: { ...desired.metadata, labels: { note: "line\nMANIFEST\nrm" } },
    };
    const lines = kubectlCommand({ ...more, manifest: odd }).split("\n");
    const word = /<<'(\w+)'$/.exec(lines[0] ?? "")?.[1];
    expect(lines.filter((line) => line === word)).toHaveLength(1);
  });

  test("holds a manifest back that names what its reader may not know", () => {
    const text = kubectlCommand({ ...more, manifest: desired, isHeldBack: true });
    expect(text.split("\n")).toEqual([
      "# Take the manifest from git",
      "kubectl apply --server-side --field-manager=m --namespace=shop -f -",
    ]);
  });

  test("deletes by kind and group", () => {
    expect(kubectlCommand({ ...more, manifest: null })).toBe(
      "kubectl delete networkpolicy.networking.k8s.io own --namespace=shop",
    );
  });
});
