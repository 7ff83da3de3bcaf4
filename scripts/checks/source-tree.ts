import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { type Program, parseSync } from "oxc-parser";

export interface SourceImport {
  /** Path of the imported file from the repository's root, or the name of a library. */
  readonly target: string;
  readonly isLibrary: boolean;
  /** Erased before the program runs. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly program: Program;
  readonly imports: readonly SourceImport[];
}

/** One breach: where it is, what is wrong, and how to mend it. */
export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

const ROOTS = ["app", "components", "server", "scripts", "test", "e2e", "bench"];
const HASH_ROOT = /^#(app|components|server|test)\//;

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function resolve(path: string, specifier: string): { target: string; isLibrary: boolean } {
  if (specifier.startsWith(".")) {
    return { target: normalize(join(dirname(path), specifier)), isLibrary: false };
  }
  if (HASH_ROOT.test(specifier)) return { target: specifier.slice(1), isLibrary: false };
  if (specifier === "#prisma-client")
    return { target: "prisma/generated/client.ts", isLibrary: false };
  return { target: specifier, isLibrary: true };
}

/** Parses one file; throws when it does not parse, since nothing could be said about it. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const imports: SourceImport[] = [];
  const add = (specifier: string, start: number, isTypeOnly: boolean) =>
    imports.push({ ...resolve(path, specifier), isTypeOnly, line: lineAt(text, start) });
  for (const each of module.staticImports) {
    const isTypeOnly = each.entries.length > 0 && each.entries.every((entry) => entry.isType);
    add(each.moduleRequest.value, each.start, isTypeOnly);
  }
  for (const each of module.staticExports) {
    for (const entry of each.entries) {
      if (entry.moduleRequest) add(entry.moduleRequest.value, each.start, entry.isType);
    }
  }
  for (const each of module.dynamicImports) {
    const { start, end } = each.moduleRequest;
    const specifier = text.slice(start, end);
    if (/^["'`][^"'`$]*["'`]$/.test(specifier)) add(specifier.slice(1, -1), each.start, false);
  }
  return { path, text, program, imports };
}

/** Every TypeScript file of the project, parsed; throws when there is none. */
export function sourceTree(root: string): SourceFile[] {
  const paths = globSync(`{${ROOTS.join(",")}}/**/*.{ts,tsx}`, { cwd: root }).sort();
  if (paths.length === 0)
    throw new Error(`no source files under ${root}: the check would prove nothing`);
  return paths.map((path) => parseSource(path, readFileSync(join(root, path), "utf8")));
}

/** Tests and their helpers may reach further than the code they test. */
export function isTestCode(path: string): boolean {
  return /\.test\.tsx?$|\/testing\/|^(test|e2e|bench)\//.test(path);
}

/** Fails a check that has looked at nothing: an empty graph would pass everything. */
export function requireSome<T>(items: readonly T[], what: string): readonly T[] {
  if (items.length === 0) throw new Error(`no ${what} found: the check would prove nothing`);
  return items;
}
