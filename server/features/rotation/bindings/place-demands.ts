import "server-only";
import type { TargetAddress } from "#server/features/rotation-targets/index.ts";
import type { BindSecretInput, Rotator } from "../schema.ts";

/** Where a reference lies and what rotates it: all that says where the worker would act. */
export type Placed = Pick<
  (typeof BindSecretInput)["_zod"]["output"],
  "store" | "path" | "environment" | "rotator"
>;

/** One place that a reference would have the worker touch, and what must vouch for it. */
export type PlaceDemand =
  /** A path of the KV store: the tenant's own are those below its prefix. */
  | { by: "own-prefix"; field: string; path: string }
  /** Anything else: a registered rotation target. `what` is the place in words. */
  | {
      by: "target";
      field: string;
      what: string;
      isMetBy: (address: TargetAddress) => boolean;
      /** A path that needs no target where it is the tenant's own after all. */
      orOwn?: string;
    }
  /** It can't be judged at all. */
  | { by: "nothing"; field: string; problem: string };

type Of<Kind extends Rotator["kind"]> = Extract<Rotator, { kind: Kind }>;
type Judge<Kind extends Rotator["kind"]> = (rotator: Of<Kind>, placed: Placed) => PlaceDemand[];

/** Whether the tenant's part of a shared mount or vault has this name. */
export type HasPrefix = (name: string, prefix: string) => boolean;

/**
 * Everything that must be vouched for before somebody of an organization may bind this (ADR 0009).
 * A kind of rotator that isn't here is refused: nobody has said what it touches.
 */
export function placeDemands(placed: Placed, hasPrefix: HasPrefix): PlaceDemand[] {
  const judges = judgesOf(hasPrefix) as Record<string, Judge<Rotator["kind"]> | undefined>;
  const judge = judges[placed.rotator.kind];
  if (judge) return judge(placed.rotator as never, placed);
  const problem = `${placed.rotator.kind} is bound by the installation itself, not by people`;
  return [{ by: "nothing", field: "rotator.kind", problem }];
}

/** The kinds that people may bind. */
export const JUDGED_KINDS: readonly string[] = Object.keys(judgesOf(() => false));

function judgesOf(hasPrefix: HasPrefix): { [Kind in Rotator["kind"]]?: Judge<Kind> } {
  const inMount = (field: string, mount: string, name: string): PlaceDemand => ({
    by: "target",
    field,
    what: `${name} of the mount ${mount}`,
    isMetBy: (a) => a.kind === "openbao" && a.mount === mount && hasPrefix(name, a.prefix),
  });
  const inVault = (field: string, vault: string | undefined, name: string): PlaceDemand =>
    vault === undefined
      ? { by: "nothing", field: "rotator.vault", problem: "must name the Key Vault" }
      : {
          by: "target",
          field,
          what: `${name} of the Key Vault ${vault}`,
          isMetBy: (a) =>
            a.kind === "azure-key-vault" &&
            a.vault.toLowerCase() === vault.toLowerCase() &&
            hasPrefix(name, a.prefix),
        };
  /** The default issuer of a mount is everybody's who uses it: only a mount of one's own will do. */
  const wholeMount = (field: string, mount: string): PlaceDemand => ({
    by: "target",
    field,
    what: `the whole mount ${mount}`,
    isMetBy: (a) => a.kind === "openbao" && a.mount === mount && a.prefix === "",
  });
  const place = (placed: Placed) => storePlace(placed, hasPrefix);
  const inFolder = (file: string): PlaceDemand => ({
    by: "target",
    field: "rotator.file",
    what: `the file ${file}`,
    isMetBy: (a) => a.kind === "file" && file.startsWith(`${a.folder}/`),
  });
  return {
    none: (_, placed) => place(placed),
    manual: (_, placed) => place(placed),
    "cert-manager": ({ namespace }, placed) => [
      {
        by: "target",
        field: "rotator.namespace",
        what: `the namespace ${namespace}`,
        isMetBy: (a) => a.kind === "kubernetes" && a.namespaces.includes(namespace),
      },
      ...place(placed),
    ],
    "certificate-file": ({ file }, placed) => [inFolder(file), ...place(placed)],
    "spiffe-svid": ({ file }, placed) => [inFolder(file), ...place(placed)],
    "realm-passwords": ({ realm, admin }, placed) => [
      {
        by: "target",
        field: "rotator.realm",
        what: admin ? `the realm ${realm} of ${admin.url}` : `the realm ${realm}`,
        isMetBy: (a) =>
          a.kind === "keycloak" &&
          a.realm === realm &&
          (!admin || plainUrl(a.url) === plainUrl(admin.url)),
      },
      // The account's secret is sent to that address: both must be ours.
      ...(admin ? [own("rotator.admin.accountPath", admin.accountPath)] : []),
      ...place(placed),
    ],
    "kv-generated": (_, { path }) => [own("path", path)],
    "postgres-dual-user": (rotator, { path }) => [
      own("path", path),
      own("rotator.rotatorPath", rotator.rotatorPath),
      database("rotator.target", rotator.target),
    ],
    "openbao-transit": (rotator, { path }) => [
      inMount("rotator.key", rotator.mount, rotator.key),
      ...same("path", path, `${rotator.mount}/keys/${rotator.key}`),
    ],
    "openbao-static-role": (rotator, placed) => [
      inMount("rotator.role", rotator.mount, rotator.role),
      ...(rotator.login
        ? [
            database("rotator.login.target", rotator.login.target),
            own("rotator.login.evidencePath", rotator.login.evidencePath),
          ]
        : []),
      ...place(placed),
    ],
    "openbao-dynamic": (rotator, { path }) => [
      own("path", path),
      inMount("rotator.role", rotator.mount, rotator.role),
      ...(rotator.target ? [database("rotator.target", rotator.target)] : []),
    ],
    "keycloak-client-secret": (rotator, { path }) => [
      own("path", path),
      own("rotator.accountPath", rotator.accountPath),
      {
        by: "target",
        field: "rotator.realm",
        what: `the realm ${rotator.realm} of ${rotator.url}`,
        isMetBy: (a) =>
          a.kind === "keycloak" &&
          a.realm === rotator.realm &&
          plainUrl(a.url) === plainUrl(rotator.url),
      },
    ],
    "openbao-pki-root": (rotator, { path }) => [
      wholeMount("rotator.mount", rotator.mount),
      ...same("path", path, `${rotator.mount}/issuer/default`),
    ],
    "openbao-pki-intermediate": (rotator, { path }) => [
      ...same("path", path, `${rotator.mount}/issuer/default`),
      wholeMount("rotator.mount", rotator.mount),
      wholeMount("rotator.rootMount", rotator.rootMount),
    ],
    "two-key-cloud": ({ provider }, { path }) => [
      own("path", path),
      {
        by: "target",
        field: "rotator.provider.account",
        what: `the storage account ${provider.account} of ${provider.resourceGroup}`,
        isMetBy: (a) =>
          a.kind === "azure-storage" &&
          a.subscription === provider.subscription &&
          a.resourceGroup.toLowerCase() === provider.resourceGroup.toLowerCase() &&
          a.accounts.includes(provider.account),
      },
    ],
    "azure-key": (rotator, { path }) => [
      inVault("rotator.key", rotator.vault, rotator.key),
      ...same("path", path, `${rotator.vault}/keys/${rotator.key}`),
    ],
    "azure-secret": (rotator, { path }) => [
      inVault("rotator.secret", rotator.vault, rotator.secret),
      ...same("path", path, `${rotator.vault}/secrets/${rotator.secret}`),
    ],
  };
}

/** What vouches for the reference itself, by the store that it names. */
function storePlace({ store, path }: Placed, hasPrefix: HasPrefix): PlaceDemand[] {
  const [first = "", ...more] = path.split("/");
  const name = more.at(-1) ?? first;
  switch (store) {
    case "none":
      return [];
    case "openbao":
      return isEnginePath(path)
        ? [
            {
              by: "target",
              field: "path",
              what: `${path} of OpenBao`,
              orOwn: path,
              isMetBy: (a) =>
                a.kind === "openbao" && path.startsWith(`${a.mount}/`) && hasPrefix(name, a.prefix),
            },
          ]
        : [own("path", path)];
    case "azure-key-vault":
      return [
        {
          by: "target",
          field: "path",
          what: `${path} of Azure Key Vault`,
          isMetBy: (a) =>
            a.kind === "azure-key-vault" &&
            (more.length < 2 || a.vault.toLowerCase() === first.toLowerCase()) &&
            hasPrefix(name, a.prefix),
        },
      ];
    case "keycloak":
      return [
        {
          by: "target",
          field: "path",
          what: `the realm ${first}`,
          isMetBy: (a) => a.kind === "keycloak" && a.realm === first,
        },
      ];
    case "kubernetes":
      return [
        {
          by: "target",
          field: "path",
          what: `the namespace ${first}`,
          isMetBy: (a) => a.kind === "kubernetes" && a.namespaces.includes(first),
        },
      ];
    case "file":
      return [
        {
          by: "target",
          field: "path",
          what: `the file ${path}`,
          isMetBy: (a) => a.kind === "file" && path.startsWith(`${a.folder}/`),
        },
      ];
  }
}

/** `transit/keys/x`, `database/static-roles/x`, `pki/issuer/x`: an engine's own, not KV's. */
export function isEnginePath(path: string): boolean {
  return /\/(keys|static-roles|roles|issuer|issuers|root|config)\/[^/]+$/.test(path);
}

function own(field: string, path: string): PlaceDemand {
  return { by: "own-prefix", field, path };
}

function same(field: string, path: string, expected: string): PlaceDemand[] {
  return path === expected
    ? []
    : [{ by: "nothing", field, problem: `must be ${expected}, as its store calls it` }];
}

interface Database {
  host: string;
  port: number;
  database: string;
  tls: "verify-full" | "disable";
}

function database(field: string, { host, port, database: name, tls }: Database): PlaceDemand {
  return {
    by: "target",
    field,
    what: `the database ${name} at ${host}:${port} (TLS: ${tls})`,
    isMetBy: (a) =>
      a.kind === "postgres" &&
      a.host.toLowerCase() === host.toLowerCase() &&
      a.port === port &&
      a.tls === tls &&
      a.databases.includes(name),
  };
}

function plainUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, "") : url;
}
