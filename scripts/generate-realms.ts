import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DEMO_SOVEREIGNS } from "../server/features/identity/realms/demo-sovereigns.ts";
import { realmFiles } from "../server/features/identity/realms/realm-file.ts";

const ROOT = join(import.meta.dirname, "../deploy/keycloak");

/** Paths below `root` where the files on disk and the scopes table disagree; empty when they agree. */
export async function staleRealmFiles(root = ROOT): Promise<string[]> {
  const wanted = new Map(
    DEMO_SOVEREIGNS.flatMap(realmFiles).map((file) => [file.path, file.content]),
  );
  const stale = (await presentFiles(root)).filter((path) => !wanted.has(path));
  for (const [path, content] of wanted) {
    const present = await readFile(join(root, path), "utf8").catch(() => null);
    if (present !== content) stale.push(path);
  }
  return stale.sort();
}

async function presentFiles(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true }).catch(() => [] as string[]);
  return names.filter((name) => /realm-[^/]*\.json$/.test(name));
}

async function main(): Promise<number> {
  const stale = await staleRealmFiles();
  if (process.argv.includes("--check")) {
    for (const path of stale) {
      process.stderr.write(`deploy/keycloak/${path} is stale: run npm run generate:realms\n`);
    }
    return stale.length === 0 ? 0 : 1;
  }
  const files = DEMO_SOVEREIGNS.flatMap(realmFiles);
  for (const path of stale) await rm(join(ROOT, path), { force: true });
  for (const file of files) {
    await mkdir(dirname(join(ROOT, file.path)), { recursive: true });
    await writeFile(join(ROOT, file.path), file.content);
  }
  process.stdout.write(`${files.length} realm files, ${stale.length} changed\n`);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
