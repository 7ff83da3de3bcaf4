/**
 * Runs `prisma generate` (or `validate`, `format`) without Prisma's downloaded engine, so that it
 * works on a closed network: these three need no engine in Prisma 7, but fail while fetching one.
 * The stub given in its place exits 1, so nothing that truly needs an engine can seem to succeed.
 *
 * Usage: node scripts/prisma-generate.ts [generate|validate|format] [--if-changed]
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);
const COMMANDS = ["generate", "validate", "format"] as const;

function inputsDigest(): string {
  const hash = createHash("sha256");
  for (const file of ["prisma/schema.prisma", "prisma.config.ts", "scripts/prisma-generate.ts"]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.update(require("prisma/package.json").version).digest("hex");
}

function runPrisma(command: (typeof COMMANDS)[number]): number {
  const directory = mkdtempSync(join(tmpdir(), "sovereign-console-prisma-"));
  try {
    const windows = process.platform === "win32";
    const stub = join(directory, windows ? "schema-engine.cmd" : "schema-engine");
    writeFileSync(stub, windows ? "@exit /b 1\r\n" : "#!/bin/sh\nexit 1\n");
    chmodSync(stub, 0o755);
    const result = spawnSync(
      process.execPath,
      [require.resolve("prisma/build/index.js"), command],
      {
        cwd: root,
        encoding: "utf8",
        env: {
          ...process.env,
          PRISMA_SCHEMA_ENGINE_BINARY: stub,
          PRISMA_HIDE_UPDATE_MESSAGE: "1",
          CHECKPOINT_DISABLE: "1",
          NO_UPDATE_NOTIFIER: "1",
        },
      },
    );
    if (result.status !== 0) process.stderr.write(`${result.stdout}${result.stderr}`);
    return result.status ?? 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const command = COMMANDS.find((name) => process.argv.includes(name)) ?? "generate";
const stamp = join(root, "prisma/generated/.inputs");
const digest = inputsDigest();
const isCurrent =
  command === "generate" &&
  process.argv.includes("--if-changed") &&
  existsSync(stamp) &&
  readFileSync(stamp, "utf8") === digest;

if (!isCurrent) {
  const status = runPrisma(command);
  if (status === 0 && command === "generate") writeFileSync(stamp, digest);
  if (status === 0) process.stdout.write(`prisma ${command}: done\n`);
  process.exitCode = status;
}
