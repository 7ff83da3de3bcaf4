import { resolve } from "node:path";
import { z } from "zod";

const Name = z.string().trim().min(1).max(200);
const Path = z.string().trim().min(1).max(1_000);

/** Where a password or token lies. The value is never in this file. */
const GitCredential = z
  .strictObject({
    /** Whatever the host wants beside a token; most take any. */
    username: z.string().min(1).max(200).default("git"),
    /** A file that holds the token alone, as Kubernetes mounts a Secret. */
    file: Path.optional(),
    /** A key of a KV secret of the console's vault. */
    vault: z.strictObject({ path: Path, key: z.string().min(1).max(200) }).optional(),
  })
  .refine(({ file, vault }) => (file === undefined) !== (vault === undefined), {
    error: "name either a file or a vault secret",
  });

/** Whose signatures of commits count. */
const GitSigners = z.strictObject({
  /** Allowed signers, as `gpg.ssh.allowedSignersFile` of Git names them (ssh-keygen(1)). */
  file: Path,
  /** Whether a commit that none of them signed is not believed. Otherwise it is only told. */
  required: z.boolean().default(true),
});

const GitConfig = z
  .strictObject({
    /** A folder, `file://…` or `https://…`; `http://` only on this machine. */
    repository: Path.refine((text) => !hasUserInfo(text), {
      error: "no user name or password in the address: use credential",
    }).refine(isKnownTransport, { error: "a folder, file:// or https://" }),
    branch: z.string().trim().min(1).max(250).default("main"),
    /** The folder of plain YAML within the repository. */
    path: z.string().trim().max(1_000).default("."),
    credential: GitCredential.optional(),
    /** PEM of authorities to trust beside the machine's own. */
    caFile: Path.optional(),
    signers: GitSigners.optional(),
    timeoutSeconds: z.number().int().min(1).max(600).default(60),
    name: Name.optional(),
  })
  .refine(({ credential, repository }) => !credential || repository.startsWith("https:"), {
    error: "a credential is sent over https only",
    path: ["credential"],
  });

const PulumiConfig = z.strictObject({
  /** What `pulumi stack export` wrote (`version: 3`). */
  file: Path,
  /** Names of the stack's Kubernetes providers that are this cluster; needed where it has several. */
  providers: z.array(Name).min(1).optional(),
  name: Name.optional(),
});

/** One source of what a cluster should be: the `desired` part of the clusters' configuration. */
export const DesiredConfig = z.union([
  z.strictObject({ git: GitConfig }),
  z.strictObject({ pulumi: PulumiConfig }),
  z.strictObject({ folder: Path }),
]);
export type DesiredConfig = z.output<typeof DesiredConfig>;
export type GitConfig = z.output<typeof GitConfig>;
export type PulumiConfig = z.output<typeof PulumiConfig>;

function hasUserInfo(repository: string): boolean {
  const url = URL.parse(repository);
  return url !== null && (url.username !== "" || url.password !== "");
}

const LOCAL = ["127.0.0.1", "localhost", "[::1]"];

function isKnownTransport(repository: string): boolean {
  const url = URL.parse(repository);
  if (url === null) return !repository.includes("://");
  if (url.protocol === "http:") return LOCAL.includes(url.hostname);
  return url.protocol === "https:" || url.protocol === "file:";
}

/** The same with its relative paths taken from `folder` on, where the configuration file stands. */
export function desiredFrom(folder: string, config: DesiredConfig): DesiredConfig {
  if ("folder" in config) return { folder: resolve(folder, config.folder) };
  if ("pulumi" in config) {
    return { pulumi: { ...config.pulumi, file: resolve(folder, config.pulumi.file) } };
  }
  const { git } = config;
  const { credential, caFile, signers } = git;
  return {
    git: {
      ...git,
      repository: git.repository.includes("://") ? git.repository : resolve(folder, git.repository),
      ...(credential?.file
        ? { credential: { ...credential, file: resolve(folder, credential.file) } }
        : {}),
      ...(caFile ? { caFile: resolve(folder, caFile) } : {}),
      ...(signers ? { signers: { ...signers, file: resolve(folder, signers.file) } } : {}),
    },
  };
}
