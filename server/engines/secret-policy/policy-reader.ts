import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import {
  APPROVER_ROLES,
  type ApproverRole,
  CREDENTIAL_KINDS,
  type CredentialKind,
  FIXED_KINDS,
  type SecretPolicy,
  type SecretPolicyRule,
} from "./policy.ts";
import { YamlFields } from "./yaml-fields.ts";

const API_VERSION = "catalyst.openova.io/v1alpha1";
const NAME = /^[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Reads one SecretPolicy document. */
export class PolicyReader extends YamlFields {
  policy(document: YAMLMap): SecretPolicy | undefined {
    const before = this.problems.length;
    this.only(document, "", ["apiVersion", "kind", "metadata", "spec"]);
    this.literal(document, "apiVersion", API_VERSION);
    this.literal(document, "kind", "SecretPolicy");
    const metadata = this.map(document, "metadata", "metadata");
    const name = metadata && this.text(metadata, "name", "metadata.name");
    if (name && !NAME.test(name)) {
      this.problem(
        this.node(metadata, "name"),
        "metadata.name",
        "must be lower-case letters, digits, dots and hyphens, 200 at most",
      );
    }
    const spec = this.map(document, "spec", "spec");
    if (!spec) return undefined;
    this.only(spec, "spec", ["appliesTo", "rules"]);
    const organizationLabels = this.#labels(spec);
    const rules = this.#rules(spec);
    return this.problems.length === before && name
      ? { name, organizationLabels, rules }
      : undefined;
  }

  #labels(spec: YAMLMap): Record<string, string> {
    if (!spec.has("appliesTo")) return {};
    const appliesTo = this.map(spec, "appliesTo", "spec.appliesTo");
    if (!appliesTo) return {};
    this.only(appliesTo, "spec.appliesTo", ["organizationLabels"]);
    if (!appliesTo.has("organizationLabels")) return {};
    const labels = this.map(appliesTo, "organizationLabels", "spec.appliesTo.organizationLabels");
    const found: Record<string, string> = {};
    for (const { key, value } of labels?.items ?? []) {
      const label = isScalar(key) ? String(key.value) : "";
      const field = `spec.appliesTo.organizationLabels.${label}`;
      if (!LABEL_KEY.test(label)) this.problem(key as Node, field, "is not a label key");
      else if (!isScalar(value) || typeof value.value !== "string")
        this.problem(value as Node, field, "must be text: put it in quotes");
      else if (!LABEL_VALUE.test(value.value))
        this.problem(value as Node, field, "is not a label value");
      else found[label] = value.value;
    }
    return found;
  }

  #rules(spec: YAMLMap): SecretPolicyRule[] {
    const node = spec.get("rules", true) as Node | undefined;
    if (!isSeq(node) || node.items.length === 0) {
      this.problem(node ?? spec, "spec.rules", "must list at least one rule");
      return [];
    }
    const rules = node.items.flatMap((item, at) => {
      const field = `spec.rules[${at}]`;
      if (!isMap(item)) {
        this.problem(
          item as Node,
          field,
          "must be a rule: kind, maxTTL, autoRotate, rotateBefore, requireApproval",
        );
        return [];
      }
      const rule = this.#rule(item, field);
      return rule ? [rule] : [];
    });
    for (const [at, rule] of rules.entries()) {
      const first = rules.findIndex((other) => other.kind === rule.kind);
      if (first !== at)
        this.problems.push({
          line: rule.line,
          field: `spec.rules[${at}].kind`,
          message: `${rule.kind} has a rule already, in line ${rules[first]?.line}`,
        });
    }
    return rules;
  }

  #rule(rule: YAMLMap, field: string): SecretPolicyRule | undefined {
    const before = this.problems.length;
    this.only(rule, field, ["kind", "maxTTL", "autoRotate", "rotateBefore", "requireApproval"]);
    const kind = this.#kind(rule, field);
    const maxTtl = this.#maxTtl(rule, field, kind);
    const autoRotate = this.boolean(rule, "autoRotate", `${field}.autoRotate`) ?? true;
    const rotateBeforeSeconds = rule.has("rotateBefore")
      ? (this.duration(rule, "rotateBefore", `${field}.rotateBefore`) ?? 0)
      : 0;
    const requireApproval = this.#approvers(rule, field);
    if (typeof maxTtl === "number" && rotateBeforeSeconds >= maxTtl) {
      this.problem(
        this.node(rule, "rotateBefore"),
        `${field}.rotateBefore`,
        "must be shorter than maxTTL, or the credential would rotate without end",
      );
    }
    if (kind === "signing-key" && requireApproval.length === 0) {
      this.problem(
        rule,
        `${field}.requireApproval`,
        "signing keys never rotate without an approval: name security-officer",
      );
    }
    if (this.problems.length > before || !kind || maxTtl === undefined) return undefined;
    return {
      kind,
      maxTtl,
      autoRotate,
      rotateBeforeSeconds,
      requireApproval,
      line: this.lineOf(rule),
    };
  }

  #kind(rule: YAMLMap, field: string): CredentialKind | undefined {
    const kind = this.text(rule, "kind", `${field}.kind`);
    if (kind === undefined) return undefined;
    const node = this.node(rule, "kind");
    if (FIXED_KINDS[kind]) return this.problem(node, `${field}.kind`, FIXED_KINDS[kind]);
    const found = CREDENTIAL_KINDS.find((each) => each === kind);
    return (
      found ??
      this.problem(
        node,
        `${field}.kind`,
        `"${kind}" is not a kind of credential: use ${CREDENTIAL_KINDS.join(", ")}`,
      )
    );
  }

  #maxTtl(
    rule: YAMLMap,
    field: string,
    kind: CredentialKind | undefined,
  ): SecretPolicyRule["maxTtl"] | undefined {
    const value = rule.get("maxTTL");
    if (value === "cert-manager-managed") {
      return kind === "tls-certificate" || kind === undefined
        ? value
        : this.problem(
            this.node(rule, "maxTTL"),
            `${field}.maxTTL`,
            "cert-manager-managed is for tls-certificate only",
          );
    }
    return this.duration(rule, "maxTTL", `${field}.maxTTL`);
  }

  #approvers(rule: YAMLMap, field: string): ApproverRole[] {
    const node = this.node(rule, "requireApproval");
    if (node === undefined) return [];
    if (!isSeq(node)) {
      this.problem(
        node,
        `${field}.requireApproval`,
        "must be a list of roles, e.g. [security-officer]",
      );
      return [];
    }
    return node.items.flatMap((item) => {
      const role = APPROVER_ROLES.find((each) => isScalar(item) && item.value === each);
      if (!role)
        this.problem(
          item as Node,
          `${field}.requireApproval`,
          `"${String(item)}" is not a role that approves: use ${APPROVER_ROLES.join(", ")}`,
        );
      return role ? [role] : [];
    });
  }
}
