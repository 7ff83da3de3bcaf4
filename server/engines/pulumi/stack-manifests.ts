import { HIDDEN_VALUE, SIGNATURE_KEY } from "#server/engines/kubernetes/hidden-value.ts";
import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";

/** One Kubernetes resource of a stack, as it was asked for. */
export interface StackResource {
  urn: string;
  /** The object; what is encrypted or unknown is `HIDDEN_VALUE`. */
  object: Record<string, unknown>;
}

export interface StackManifests {
  project: string | null;
  stack: string | null;
  /** When the state was written, as it says. */
  time: string | null;
  resources: StackResource[];
  /** What of it can't be known: while there is one, an object that isn't there may be wanted. */
  problems: { urn: string; message: string }[];
  notes: string[];
}

/** Why a stack can't be read at all; the message quotes no value. */
export class StackError extends Error {}

/** What Pulumi writes for a value that a preview does not know yet (sdk/go/common/resource/plugin/rpc.go). */
const UNKNOWNS = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Resources that make objects of which the stack says nothing. */
const OPAQUE = /^kubernetes:(helm\.sh\/v3:Release|kustomize[/:].*)$/;

/**
 * The Kubernetes objects of a `version: 3` deployment (`pulumi stack export`), from the inputs of their
 * resources. Components and other clouds' resources are left out; what is to be deleted is not wanted.
 * `providers` names the stack's Kubernetes providers that are this cluster; it is needed where there are
 * several. Throws StackError for what is no such export.
 */
export function stackManifests(exported: unknown, providers?: readonly string[]): StackManifests {
  const { version, deployment: stated } = record(exported);
  if (version !== 3) {
    const what = typeof version === "number" ? `version ${version}` : "no version";
    throw new StackError(`a stack export of version 3 is needed, this says ${what}`);
  }
  const deployment = record(stated);
  if (!Array.isArray(deployment.resources))
    throw new StackError("the stack has no list of resources");
  const all = deployment.resources.map(record);
  const kubernetes = all.filter(({ type }) => /^kubernetes:/.test(String(type)));
  const own = ownProviders(kubernetes, providers);
  const made: StackManifests = {
    ...namesOf(all),
    time: textOf(record(deployment.manifest).time),
    resources: [],
    problems: [],
    notes: [],
  };
  const left = new Map<string, number>();
  const leave = (why: string) => left.set(why, (left.get(why) ?? 0) + 1);
  for (const [at, resource] of deployment.resources.entries()) {
    const isObject = typeof resource === "object" && resource !== null;
    if (!isObject) made.problems.push({ urn: "", message: `resource ${at} is no object` });
  }
  for (const resource of kubernetes) {
    const urn = String(resource.urn ?? "");
    const type = String(resource.type);
    const problem = (message: string) => made.problems.push({ urn, message });
    if (resource.custom !== true) leave("components, whose parts are listed by themselves");
    else if (!own.has(providerOf(resource))) leave("objects of other clusters");
    else if (resource.delete === true) leave("objects that are still to be deleted");
    else if (resource.external === true) leave("objects that are only read");
    else if (OPAQUE.test(type)) problem(`${type} makes objects that the stack does not list`);
    else if (type.endsWith("Patch"))
      problem(`${type} changes parts of an object that is not its own`);
    else if (type.endsWith("List")) leave("lists, whose parts are listed by themselves");
    else if (resource.pendingReplacement === true) problem("it was deleted to be made anew");
    else made.resources.push({ urn, object: objectOf(resource, type) });
  }
  for (const each of list(deployment.pending_operations ?? deployment.pendingOperations).map(
    record,
  )) {
    const resource = record(each.resource);
    if (!/^kubernetes:/.test(String(resource.type)) || !own.has(providerOf(resource))) continue;
    const message = `the stack's last update was interrupted while ${shown(each.type)} it`;
    made.problems.push({ urn: String(resource.urn ?? ""), message });
  }
  made.notes = [...left].sort().map(([why, count]) => `left out: ${count} ${why}`);
  return made;
}

/** `urn:pulumi:stack::project::parents$type::name` */
function namesOf(resources: readonly Record<string, unknown>[]) {
  for (const { urn } of resources) {
    const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(String(urn)) ?? [];
    if (stack && project) return { stack, project };
  }
  return { stack: null, project: null };
}

/** The name of a resource's provider; the default ones of all versions are one. */
function providerOf({ provider }: Record<string, unknown>): string {
  const name = /::pulumi:providers:kubernetes::(.+)::[^:]*$/.exec(String(provider ?? ""))?.[1];
  return name === undefined || /^default(_|$)/.test(name) ? "default" : name;
}

function ownProviders(
  resources: readonly Record<string, unknown>[],
  named: readonly string[] | undefined,
): ReadonlySet<string> {
  const found = new Set(resources.filter(({ custom }) => custom === true).map(providerOf));
  if (named) {
    const absent = named.filter((each) => !found.has(each));
    if (absent.length > 0 && found.size > 0) {
      throw new StackError(`the stack has no Kubernetes provider ${absent.map(shown).join(", ")}`);
    }
    return new Set(named);
  }
  if (found.size > 1) {
    const names = [...found].sort().map(shown).join(", ");
    throw new StackError(
      `the stack has several Kubernetes providers (${names}): name this cluster's`,
    );
  }
  return found;
}

function objectOf(resource: Record<string, unknown>, type: string): Record<string, unknown> {
  const [, group = "", kind = ""] = type.split(":");
  const entries = Object.entries(record(withoutHidden(resource.inputs, 0)));
  const stated = Object.fromEntries(entries.filter(([key]) => !key.startsWith("__")));
  const metadata = { ...record(stated.metadata) };
  // `namespace/name`, or the name of what has no namespace.
  const id = textOf(resource.id)?.split("/") ?? [];
  if (metadata.name === undefined && id.length > 0) metadata.name = id.at(-1);
  if (metadata.namespace === undefined && id.length === 2) metadata.namespace = id[0];
  return {
    ...stated,
    apiVersion: textOf(stated.apiVersion) ?? group.replace(/^core\//, ""),
    kind: textOf(stated.kind) ?? kind,
    metadata,
  };
}

/** A copy in which every encrypted, unknown or unplain value is `HIDDEN_VALUE`. */
function withoutHidden(value: unknown, depth: number): unknown {
  if (depth > 100) throw new StackError("a resource is nested deeper than 100 levels");
  if (typeof value === "string") return UNKNOWNS.has(value) ? HIDDEN_VALUE : value;
  if (Array.isArray(value)) return value.map((each) => withoutHidden(each, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  // Secrets, assets, archives, outputs: each carries a signature, and none is a plain value.
  if (Object.hasOwn(value, SIGNATURE_KEY)) return HIDDEN_VALUE;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, withoutHidden(each, depth + 1)]),
  );
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function shown(text: unknown): string {
  return String(text)
    .replace(/[^\w.-]/g, "?")
    .slice(0, 60);
}
