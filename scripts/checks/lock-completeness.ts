import type { Breach } from "./source-tree.ts";

export interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
export interface Lock {
  packages: Record<string, LockedPackage>;
}
interface Missing {
  readonly path: string;
  readonly version: string;
  readonly wantedBy: string;
  readonly isDev: boolean;
}

const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/** Where Node would look for `name` from the package at `path`, nearest first. */
function* lookups(path: string, name: string): Generator<string> {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    yield `${at}/node_modules/${name}`;
  }
  yield `node_modules/${name}`;
}

/**
 * Optional packages of other platforms that the lock leaves out. npm forgets them when it updates a
 * lock beside an installed node_modules, or when its registry has no copy; `npm ci` then refuses.
 */
export function missingFromLock(lock: Lock): Missing[] {
  return Object.entries(lock.packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {}).flatMap(([name, version]) => {
      if ([...lookups(path, name)].some((place) => place in lock.packages)) return [];
      return [{ path: `node_modules/${name}`, version, wantedBy: path, isDev: entry.dev ?? false }];
    }),
  );
}

/** The platform that a package of binaries is for, read from its name (`…-linux-x64-musl`). */
export function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const words = name.split(/[/-]/);
  const named = (all: string[]) => all.filter((each) => words.includes(each));
  const libc = /musl/.test(name) ? ["musl"] : /-gnu/.test(name) ? ["glibc"] : [];
  return Object.fromEntries(
    Object.entries({ os: named(SYSTEMS), cpu: named(PROCESSORS), libc }).filter(
      ([, found]) => found.length > 0,
    ),
  );
}

/** The lock with an entry for each missing one that has an exact version and names its platform. */
export function completeLock(lock: Lock): Lock {
  const added = missingFromLock(lock).flatMap(({ path, version, isDev }) => {
    const platform = platformOf(path);
    if (!/^\d+\.\d+\.\d+/.test(version) || !(platform.os || platform.cpu)) return [];
    return [
      [path, { version, ...platform, ...(isDev ? { dev: true } : {}), optional: true }] as const,
    ];
  });
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(added) });
  return { ...lock, packages: Object.fromEntries(packages.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

export function lockCompleteness(lock: Lock): Breach[] {
  return missingFromLock(lock).map(({ path, wantedBy }) => ({
    file: "package-lock.json",
    line: 1,
    problem: `${path.slice("node_modules/".length)} (optional, of ${wantedBy}) is left out, so npm ci refuses: run npm run lock:complete`,
  }));
}
