/**
 * Makes a fresh clone ready: installs the locked packages (Node 24 among them) and generates the
 * Prisma client. Runs on whatever Node ≥ 20 the machine has, so it imports nothing but Node itself.
 * Does nothing, in a few milliseconds, when everything is up to date.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const isWindows = process.platform === "win32";
const at = (...parts) => join(root, ...parts);

class BootstrapError extends Error {}

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 20) return;
  throw new BootstrapError(
    `Node ${process.versions.node} is too old: version 20 or newer is needed to install.\n` +
      "Install a current Node (https://nodejs.org), then run the same command again. " +
      "Node 24, which runs the console, is then installed from npm by itself.",
  );
}

/** What the installed packages depend on: the lock file and the kind of machine. */
function lockDigest() {
  return createHash("sha256")
    .update(readFileSync(at("package-lock.json")))
    .update(`\0${process.platform}-${process.arch}`)
    .digest("hex");
}

/** True when npm's own record of node_modules holds what the lock asks for (`npm install` was run by hand). */
function installedMatchesLock() {
  const record = at("node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(at("package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path];
    if (!found && entry.optional) continue;
    if (found?.version !== entry.version || found.integrity !== entry.integrity) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

/** Runs npm with the npm that started us where there is one. */
function npm(args) {
  const own = process.env.npm_execpath;
  const [command, prefix] = own?.endsWith(".js") ? [process.execPath, [own]] : ["npm", []];
  return spawnSync(command, [...prefix, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: isWindows && command === "npm",
  });
}

function pinnedNode() {
  return at("node_modules", "node", "bin", isWindows ? "node.exe" : "node");
}

function pinnedNodeWorks() {
  const run = spawnSync(pinnedNode(), ["--version"], { encoding: "utf8" });
  return run.status === 0 && run.stdout.startsWith("v24.");
}

function install() {
  const digest = lockDigest();
  const stamp = at("node_modules", ".sovereign-console-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  if (!installedMatchesLock()) {
    process.stdout.write("Installing the locked packages from npm (a minute or two)…\n");
    // devDependencies are part of both commands, whatever NODE_ENV or npm's `omit` say.
    const result = npm([
      "ci",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
    if (result.status !== 0) {
      throw new BootstrapError(
        `npm could not install the packages (${result.error?.message ?? `exit code ${result.status}`}).\n` +
          "Check that the machine reaches its npm registry: `npm ping` (set one with " +
          "`npm config set registry <url>`, a proxy with `npm config set proxy <url>`), " +
          "that the disk has 2 GB free, then run the same command again.",
      );
    }
  }
  if (!pinnedNodeWorks()) {
    process.stdout.write("Fetching the pinned Node 24…\n");
    npm(["rebuild", "node", "--foreground-scripts"]);
  }
  if (!pinnedNodeWorks()) {
    throw new BootstrapError(
      "The npm package `node` (24.x) did not install its binary. Install scripts may be switched " +
        "off: run `npm config set ignore-scripts false`, delete node_modules, and run the same command again.",
    );
  }
  writeFileSync(stamp, digest);
}

function generatePrismaClient() {
  if (!existsSync(at("prisma", "schema.prisma"))) return;
  const result = spawnSync(pinnedNode(), [at("scripts", "prisma-generate.ts"), "--if-changed"], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.status !== 0) {
    throw new BootstrapError(
      "The Prisma client could not be generated from prisma/schema.prisma (see above).",
    );
  }
}

try {
  requireNode();
  install();
  generatePrismaClient();
} catch (error) {
  if (!(error instanceof BootstrapError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
}
