import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** How Playwright starts the browser: spread into `launchOptions`. */
export interface ChromiumLaunch {
  readonly executablePath: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly chromiumSandbox: false;
}

/** Not the package's own `args`: those switch web security off and break second contexts. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
];

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Some systems ship a `chromium` that only says where to get one: it has to answer with a version. */
function answers(program: string, env: Record<string, string>): boolean {
  if (!existsSync(program)) return false;
  const run = spawnSync(program, ["--no-sandbox", "--headless", "--version"], {
    encoding: "utf8",
    env: env as NodeJS.ProcessEnv,
    timeout: 20_000,
  });
  return run.status === 0 && /chrom/i.test(run.stdout);
}

function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Unpacks the npm package's browser once, beside the installed packages; returns its directory. */
function unpackedChromium(): string {
  const packageFile = fileURLToPath(import.meta.resolve("@sparticuz/chromium"));
  const modules = packageFile.slice(
    0,
    packageFile.lastIndexOf("/node_modules/") + "/node_modules".length,
  );
  const manifest = join(modules, "@sparticuz/chromium/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const directory = join(modules, ".cache", `chromium-${version}`);
  if (existsSync(join(directory, "chromium"))) return directory;
  mkdirSync(dirname(directory), { recursive: true });
  const partial = mkdtempSync(`${directory}-`);
  // The package unpacks into TMPDIR, and its spare shared libraries only when it believes to be in
  // a bare Amazon Linux: both are told through the environment of a process of its own.
  const script = "const { default: c } = await import(process.argv[1]); await c.executablePath();";
  const run = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", script, import.meta.resolve("@sparticuz/chromium")],
    {
      encoding: "utf8",
      env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
    },
  );
  if (run.status !== 0) throw new Error(`The browser could not be unpacked:\n${run.stderr}`);
  writeFontConfiguration(partial, directory);
  try {
    renameSync(partial, directory);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(join(directory, "chromium"))) throw error;
  }
  return directory;
}

/** The package's fonts.conf points at /tmp; ours points at where the fonts are. */
function writeFontConfiguration(partial: string, directory: string): void {
  writeFileSync(
    join(partial, "fonts.conf"),
    `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>` +
      `<dir>${directory}/fonts</dir><cachedir>${directory}/fonts-cache</cachedir></fontconfig>\n`,
  );
}

function packagedChromium(): ChromiumLaunch {
  const directory = unpackedChromium();
  const executablePath = join(directory, "chromium");
  const env = ownEnvironment();
  if (!existsSync("/etc/fonts/fonts.conf")) env.FONTCONFIG_FILE = join(directory, "fonts.conf");
  if (!answers(executablePath, env)) {
    const libraries = [join(directory, "al2023/lib"), env.LD_LIBRARY_PATH].filter(Boolean);
    env.LD_LIBRARY_PATH = libraries.join(":");
    if (!answers(executablePath, env)) {
      const missing = spawnSync("ldd", [executablePath], {
        encoding: "utf8",
        env: env as NodeJS.ProcessEnv,
      });
      const names = [...(missing.stdout ?? "").matchAll(/(\S+) => not found/g)].map(
        (match) => match[1],
      );
      throw new Error(
        `The packaged Chromium does not start here${names.length ? `: missing ${names.join(", ")}` : ""}. ` +
          "Install Chromium or Google Chrome, or set CHROMIUM_PATH to one.",
      );
    }
  }
  return { executablePath, args: ARGS, env, chromiumSandbox: false };
}

/** A real Chromium: `CHROMIUM_PATH`, else the machine's own, else the one from the npm registry. */
export function findChromium(): ChromiumLaunch {
  const env = ownEnvironment();
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted && !answers(wanted, env)) {
    throw new Error(`CHROMIUM_PATH=${wanted} is not a Chromium that starts.`);
  }
  const executablePath = wanted ?? INSTALLED.find((program) => answers(program, env));
  if (executablePath) return { executablePath, args: ARGS, env, chromiumSandbox: false };
  if (process.platform === "linux" && process.arch === "x64") return packagedChromium();
  throw new Error("No Chromium found: install Google Chrome or Chromium, or set CHROMIUM_PATH.");
}
