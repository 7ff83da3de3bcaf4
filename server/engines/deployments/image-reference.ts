/** What is deployed: a repository and the digest of its content. A tag is for people only. */
export interface ImageReference {
  /** Registry host, and path: `registry.example/team/checkout`. */
  readonly repository: string;
  readonly tag: string | null;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

export type ImageProblem = "not-a-reference" | "no-registry" | "no-digest" | "bad-digest";

const HOST =
  /^(?:localhost|[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)(?::\d{1,5})?$|^[a-z0-9-]+:\d{1,5}$/;
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Reads `host/path[:tag]@sha256:…` (the grammar of the OCI distribution specification, with the
 * registry written out: a name without one means another registry on every machine).
 */
export function parseImageReference(text: string): ImageReference | ImageProblem {
  const [named = "", digest, ...rest] = text.split("@");
  if (rest.length > 0 || text.length > 500) return "not-a-reference";
  const slash = named.indexOf("/");
  const host = slash === -1 ? "" : named.slice(0, slash);
  const colon = named.lastIndexOf(":");
  const tag = colon > slash ? named.slice(colon + 1) : null;
  const path = named.slice(slash + 1, tag === null ? undefined : colon);
  if (!PATH.test(path) || (tag !== null && !TAG.test(tag))) return "not-a-reference";
  if (!HOST.test(host)) return "no-registry";
  if (digest === undefined) return "no-digest";
  if (!DIGEST.test(digest)) return "bad-digest";
  return { repository: `${host}/${path}`, tag, digest };
}

/** The reference in full, as it was given. */
export function imageText({ repository, tag, digest }: ImageReference): string {
  return `${repository}${tag === null ? "" : `:${tag}`}@${digest}`;
}

/** Whether a repository lies below one of these, by whole path parts: `a.example/team` is not `a.example/teams/x`. */
export function isTrusted(repository: string, registries: readonly string[]): boolean {
  return registries.some(
    (registry) => repository === registry || repository.startsWith(`${registry}/`),
  );
}

/** Whether a text can stand on a list of trusted registries: a host, or a host and a path. */
export function isRegistry(text: string): boolean {
  const [host = "", ...path] = text.split("/");
  return HOST.test(host) && (path.length === 0 || PATH.test(path.join("/")));
}

/** Every content once, in the order of its digest: what the approval subject names (DESIGN §6). */
export function sortedDigests(images: readonly ImageReference[]): string[] {
  return [...new Set(images.map(({ digest }) => digest))].sort();
}
