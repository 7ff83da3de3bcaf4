import { type Breach, requireSome } from "./source-tree.ts";

export interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}
export interface LockFile {
  readonly packages: Record<string, { version?: string } & Manifest>;
}

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * Exact versions only, the lock agrees, and every runtime dependency has its line (what for, why
 * this one) in docs/DEPENDENCIES.md, which names no other.
 */
export function dependencies(manifest: Manifest, lock: LockFile, document: string): Breach[] {
  const breaches: Breach[] = [];
  const report = (file: string, problem: string) => breaches.push({ file, line: 1, problem });
  const runtime = Object.keys(manifest.dependencies ?? {});
  requireSome(runtime, "runtime dependencies");
  for (const [name, version] of Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  })) {
    if (!EXACT.test(version)) {
      report(
        "package.json",
        `${name}@${version} is not an exact version: npm install --save-exact ${name}`,
      );
    } else if (lock.packages[`node_modules/${name}`]?.version !== version) {
      report(
        "package-lock.json",
        `${name}@${version} is not what the lock holds: run npm install and commit the lock`,
      );
    }
  }
  const firstCells = [...document.matchAll(/^\|([^|]*)\|/gm)].map((match) => match[1] ?? "");
  const names = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)]);
  const documented = new Set(names.map((match) => match[1] as string));
  for (const name of runtime.filter((each) => !documented.has(each))) {
    report("docs/DEPENDENCIES.md", `${name} has no line: say what it is for and why this one`);
  }
  const known = new Set([...runtime, ...Object.keys(manifest.devDependencies ?? {})]);
  for (const name of [...documented].filter((each) => !known.has(each))) {
    report("docs/DEPENDENCIES.md", `${name} is no dependency any more: delete its line`);
  }
  return breaches;
}
