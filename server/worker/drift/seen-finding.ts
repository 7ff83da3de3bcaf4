import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import type { FieldDifference } from "#server/engines/differ/diff.ts";
import {
  type DriftFinding,
  type DriftObject,
  groupKey,
  objectKey,
} from "#server/engines/drift/finding.ts";
import type { IgnoredDrift } from "#server/engines/drift/judge-part.ts";
import { shownDifferences } from "#server/engines/drift/shown-differences.ts";
import { storable } from "#server/engines/drift/storable.ts";
import type { SeenFinding, SeenIgnored } from "#server/features/drift/look-schema.ts";
import type { Difference } from "#server/features/drift/schema.ts";
import { hideForeign, type TellingNames } from "./hide-foreign.ts";

export interface Teller {
  cluster: string;
  /** The tenant in whose rows it will stand. */
  tenant: string;
  names: TellingNames;
}

/** A finding as it is stored: stable fingerprint, masked, and with no other tenant's name. */
export function seenFinding(finding: DriftFinding, teller: Teller): SeenFinding {
  const { rule, severity, reason = "none" } = finding;
  const object = storable(finding.object);
  const named = hideForeign(
    {
      managers: finding.causes.slice(0, 50),
      differences: shownDifferences(differencesOf(finding)) as Difference[],
      params: finding.params ?? {},
    },
    teller.names,
    teller.tenant,
  );
  // Cut after names were hidden: what stands for a name is longer than most names.
  const hidden = storable({
    managers: named.managers.map((each) => each.slice(0, 200)),
    differences: named.differences.map(cut),
    params: cutParams(named.params),
  });
  const content = { severity, reason, environment: finding.environment, ...hidden };
  const searched = [
    rule,
    objectText(object),
    teller.cluster,
    ...hidden.managers,
    ...hidden.differences.map(({ path }) => path),
    ...Object.values(hidden.params),
  ];
  return {
    ...placed(object, finding.environment, teller.cluster),
    fingerprint: fingerprintOf({ ...finding, object }, teller.cluster),
    groupId: digest(groupKey(finding)).slice(0, 32),
    contentDigest: digest(canonicalJson(content as unknown as JsonValue)),
    rule,
    severity,
    reason,
    ...hidden,
    differenceCount: finding.differences.length,
    searchText: storable(searched.join(" ").toLowerCase().slice(0, 8_000)),
  };
}

/** What differs; of an object that is on one side alone all of it. */
function differencesOf({ differences, whole }: DriftFinding): readonly FieldDifference[] {
  return differences.length > 0 || !whole ? differences : whole();
}

/** The same finding of the same object has the same, whatever its fields say now. */
export function fingerprintOf(
  { rule, object, reason, params }: Pick<DriftFinding, "rule" | "object" | "reason" | "params">,
  cluster: string,
): string {
  const apart =
    rule === "unexpected-image"
      ? [reason ?? "", params?.container ?? ""]
      : rule === "isolation-violated"
        ? [params?.layer ?? ""]
        : [];
  return digest(canonicalJson([cluster, rule, objectKey(object), ...apart]));
}

/** What a rule hides of one object, as it is stored. */
export function seenIgnored(ignored: IgnoredDrift, teller: Teller): SeenIgnored {
  const object = storable(ignored.object);
  const differences = shownDifferences(ignored.differences) as Difference[];
  const hidden = hideForeign(differences, teller.names, teller.tenant).map(cut);
  return {
    ...placed(object, ignored.environment, teller.cluster),
    ruleId: ignored.ruleId,
    objectDigest: digest(canonicalJson([teller.cluster, objectKey(object)])),
    differences: storable(hidden),
    differenceCount: ignored.differences.length,
  };
}

function placed(object: DriftObject, environment: string | null, cluster: string) {
  return {
    cluster,
    environment: ENVIRONMENTS.find((each) => each === environment) ?? null,
    apiVersion: object.apiVersion.slice(0, 320),
    kind: object.kind.slice(0, 253),
    namespace: object.namespace?.slice(0, 253) ?? null,
    name: object.name.slice(0, 253),
  };
}

function objectText({ kind, namespace, name }: DriftObject): string {
  return `${kind} ${namespace === null ? "" : `${namespace}/`}${name}`;
}

function cut(difference: Difference): Difference {
  const { path, manager } = difference;
  return {
    ...difference,
    path: path.slice(0, 2_000),
    ...(manager === undefined ? {} : { manager: manager.slice(0, 200) }),
  };
}

function cutParams(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, value.slice(0, 2_000)]),
  );
}

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
