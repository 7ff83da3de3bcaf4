import { stringify } from "yaml";
import type { JsonObject } from "../differ/json.ts";
import type { DriftObject } from "../drift/finding.ts";

const MOST_CHARACTERS = 16_000;

interface Hand {
  object: DriftObject;
  /** What to apply, without book-keeping; null for a delete. */
  manifest: JsonObject | null;
  fieldManager: string;
  /** Whether fields of others are taken over. */
  force: boolean;
  /** Where the desired state was read. */
  source: string;
  /** Whether the manifest names what its reader may not know. */
  isHeldBack?: boolean;
}

/** The command that does by hand what the console would do: for clusters to which it has no way. */
export function kubectlCommand(hand: Hand): string {
  const { object, manifest, fieldManager, force, source, isHeldBack = false } = hand;
  if (!manifest) return deleteCommand(object);
  const place = object.namespace === null ? "" : ` --namespace=${quoted(object.namespace)}`;
  const forced = force ? " --force-conflicts" : "";
  const apply = `kubectl apply --server-side --field-manager=${quoted(fieldManager)}${forced}${place} -f -`;
  const text = stringify(manifest, { lineWidth: 0 });
  if (isHeldBack || text.length > MOST_CHARACTERS) {
    return `# Take the manifest from ${oneLine(source)}\n${apply}`;
  }
  return `${apply} <<'${delimiter(text)}'\n${text}${delimiter(text)}`;
}

function deleteCommand({ apiVersion, kind, namespace, name }: DriftObject): string {
  const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
  const place = namespace === null ? "" : ` --namespace=${quoted(namespace)}`;
  return `kubectl delete ${quoted(`${kind.toLowerCase()}${group}`)} ${quoted(name)}${place}`;
}

/** A word for the shell. */
function quoted(text: string): string {
  return /^[A-Za-z0-9._:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

/** A line that the text does not hold. */
function delimiter(text: string): string {
  const lines = new Set(text.split("\n"));
  let word = "MANIFEST";
  while (lines.has(word)) word += "_";
  return word;
}
