import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";
import {
  APPROVER_ROLES,
  type ApproverRole,
  CREDENTIAL_KINDS,
  type CredentialKind,
  FIXED_KINDS,
  type PolicyProblem,
  type SecretPolicy,
  type SecretPolicyRule,
} from "./policy.ts";
import { parsePolicyDuration } from "./policy-duration.ts";

const API_VERSION = "catalyst.openova.io/v1alpha1";
const MAX_BYTES = 1024 * 1024;
const MAX_SECONDS = 3_650 * 86_400;
const NAME = /^[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/**
 * Reads one or many SecretPolicy documents. Every problem names its line, field and remedy;
 * a text with any problem gives no policies, so that half a policy never applies.
 */
export function parseSecretPolicies(text: string): {
  policies: SecretPolicy[];
  /** The text of each policy, in the same order: without separators, ended by one newline. */
  sources: string[];
  problems: PolicyProblem[];
} {
  if (text.length > MAX_BYTES) {
    return {
      policies: [],
      sources: [],
      problems: [
        { line: 1, field: "", message: `is larger than ${MAX_BYTES / 1024} KiB: split it` },
      ],
    };
  }
  if (text.includes("\0")) {
    const line = text.slice(0, text.indexOf("\0")).split("\n").length;
    const problem = { line, field: "", message: "holds a NUL character" };
    return { policies: [], sources: [], problems: [problem] };
  }
  const lines = new LineCounter();
  const reader = new Reader(lines);
  const policies: SecretPolicy[] = [];
  const sources: string[] = [];
  let end = 0;
  for (const document of parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    logLevel: "silent",
  })) {
    // From the end of the one before, so that comments above a policy stay with it.
    const source = sourceOf(text.slice(end, document.range[2]));
    end = document.range[2];
    const [error] = document.errors;
    if (error) {
      reader.problems.push({
        line: lines.linePos(error.pos[0]).line,
        field: "",
        message: error.message.split("\n")[0] ?? "is not YAML",
      });
      continue;
    }
    if (isEmpty(document.contents)) continue;
    if (!isMap(document.contents)) {
      reader.problem(document.contents, "", "must be a SecretPolicy object");
      continue;
    }
    const policy = reader.policy(document.contents);
    if (!policy) continue;
    policies.push(policy);
    sources.push(source);
  }
  if (policies.length === 0 && reader.problems.length === 0) {
    reader.problems.push({ line: 1, field: "", message: "holds no SecretPolicy" });
  }
  const doubled = policies.find(
    (each, at) => policies.findIndex((other) => other.name === each.name) !== at,
  );
  if (doubled)
    reader.problems.push({
      line: 1,
      field: "metadata.name",
      message: `"${doubled.name}" is there twice`,
    });
  const { problems } = reader;
  return problems.length === 0
    ? { policies, sources, problems }
    : { policies: [], sources: [], problems };
}

/** Between two separators, or after the last one, there may be nothing. */
function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function sourceOf(text: string): string {
  const lines = text.split("\n").filter((line) => !/^(---|\.\.\.)\s*$/.test(line));
  return `${lines.join("\n").trim()}\n`;
}

class Reader {
  readonly problems: PolicyProblem[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  problem(node: Node | null | undefined, field: string, message: string): undefined {
    this.problems.push({ line: this.#lineOf(node), field, message });
    return undefined;
  }

  policy(document: YAMLMap): SecretPolicy | undefined {
    const before = this.problems.length;
    this.#only(document, "", ["apiVersion", "kind", "metadata", "spec"]);
    this.#literal(document, "apiVersion", API_VERSION);
    this.#literal(document, "kind", "SecretPolicy");
    const metadata = this.#map(document, "metadata", "metadata");
    const name = metadata && this.#text(metadata, "name", "metadata.name");
    if (name && !NAME.test(name)) {
      this.problem(
        this.#node(metadata, "name"),
        "metadata.name",
        "must be lower-case letters, digits, dots and hyphens, 200 at most",
      );
    }
    const spec = this.#map(document, "spec", "spec");
    if (!spec) return undefined;
    this.#only(spec, "spec", ["appliesTo", "rules"]);
    const organizationLabels = this.#labels(spec);
    const rules = this.#rules(spec);
    return this.problems.length === before && name
      ? { name, organizationLabels, rules }
      : undefined;
  }

  #labels(spec: YAMLMap): Record<string, string> {
    if (!spec.has("appliesTo")) return {};
    const appliesTo = this.#map(spec, "appliesTo", "spec.appliesTo");
    if (!appliesTo) return {};
    this.#only(appliesTo, "spec.appliesTo", ["organizationLabels"]);
    if (!appliesTo.has("organizationLabels")) return {};
    const labels = this.#map(appliesTo, "organizationLabels", "spec.appliesTo.organizationLabels");
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
    this.#only(rule, field, ["kind", "maxTTL", "autoRotate", "rotateBefore", "requireApproval"]);
    const kind = this.#kind(rule, field);
    const maxTtl = this.#maxTtl(rule, field, kind);
    const autoRotate = this.#boolean(rule, "autoRotate", `${field}.autoRotate`) ?? true;
    const rotateBeforeSeconds = rule.has("rotateBefore")
      ? (this.#duration(rule, "rotateBefore", `${field}.rotateBefore`) ?? 0)
      : 0;
    const requireApproval = this.#approvers(rule, field);
    if (typeof maxTtl === "number" && rotateBeforeSeconds >= maxTtl) {
      this.problem(
        this.#node(rule, "rotateBefore"),
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
      line: this.#lineOf(rule),
    };
  }

  #kind(rule: YAMLMap, field: string): CredentialKind | undefined {
    const kind = this.#text(rule, "kind", `${field}.kind`);
    if (kind === undefined) return undefined;
    const node = this.#node(rule, "kind");
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
            this.#node(rule, "maxTTL"),
            `${field}.maxTTL`,
            "cert-manager-managed is for tls-certificate only",
          );
    }
    return this.#duration(rule, "maxTTL", `${field}.maxTTL`);
  }

  #approvers(rule: YAMLMap, field: string): ApproverRole[] {
    const node = this.#node(rule, "requireApproval");
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

  #duration(map: YAMLMap, key: string, field: string): number | undefined {
    const node = this.#node(map, key);
    if (node === undefined)
      return this.problem(map, field, "is missing: a duration such as 90d or 1h");
    const value = isScalar(node) ? node.value : undefined;
    const seconds = typeof value === "string" ? parsePolicyDuration(value) : undefined;
    if (seconds !== undefined && seconds > MAX_SECONDS)
      return this.problem(node, field, "must be 3650d at most");
    return (
      seconds ??
      this.problem(
        node,
        field,
        `"${String(value)}" is not a duration longer than nothing: use 90d, 1h or 1h30m`,
      )
    );
  }

  #boolean(map: YAMLMap, key: string, field: string): boolean | undefined {
    const node = this.#node(map, key);
    if (node === undefined) return undefined;
    return isScalar(node) && typeof node.value === "boolean"
      ? node.value
      : this.problem(node, field, "must be true or false");
  }

  #text(map: YAMLMap, key: string, field: string): string | undefined {
    const node = this.#node(map, key);
    if (isScalar(node) && typeof node.value === "string" && node.value !== "") return node.value;
    return this.problem(node ?? map, field, node === undefined ? "is missing" : "must be text");
  }

  #literal(map: YAMLMap, key: string, expected: string): void {
    const found = map.get(key);
    if (found !== expected) this.problem(this.#node(map, key) ?? map, key, `must be ${expected}`);
  }

  #map(map: YAMLMap, key: string, field: string): YAMLMap | undefined {
    const node = this.#node(map, key);
    if (isMap(node)) return node;
    return this.problem(
      node ?? map,
      field,
      node === undefined ? "is missing" : "must be an object",
    );
  }

  /** A misspelt field must not be ignored in silence: it may be the one that matters. */
  #only(map: YAMLMap, field: string, allowed: readonly string[]): void {
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (!allowed.includes(name))
        this.problem(
          key as Node,
          field ? `${field}.${name}` : name,
          `is not known here: use ${allowed.join(", ")}`,
        );
    }
  }

  #node(map: YAMLMap, key: string): Node | undefined {
    return (map.get(key, true) as Node | undefined) ?? undefined;
  }

  #lineOf(node: Node | null | undefined): number {
    return node?.range ? this.#lines.linePos(node.range[0]).line : 1;
  }
}
