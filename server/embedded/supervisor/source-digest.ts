import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Everything the production build of the console is made from. */
const SOURCES = [
  "app",
  "components",
  "messages",
  "policies",
  "public",
  "server",
  "styles",
  "prisma/schema.prisma",
  "instrumentation.ts",
  "next.config.ts",
  "package-lock.json",
  "package.json",
  "postcss.config.mjs",
  "proxy.ts",
  "tsconfig.json",
];
const NOT_BUILT = /(\.test\.tsx?|\.md)$/;

function* filesUnder(root: string, path: string): Generator<string> {
  const status = statSync(join(root, path), { throwIfNoEntry: false });
  if (status?.isFile()) yield path;
  if (!status?.isDirectory()) return;
  for (const name of readdirSync(join(root, path)).sort())
    yield* filesUnder(root, `${path}/${name}`);
}

/** SHA-256 over the names and contents of the sources: the same tree gives the same digest. */
export function sourceDigest(root: string): string {
  const hash = createHash("sha256").update(process.version);
  for (const source of SOURCES) {
    for (const file of filesUnder(root, source)) {
      if (NOT_BUILT.test(file)) continue;
      const content = readFileSync(join(root, file));
      hash.update(`\0${file}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest("hex");
}
