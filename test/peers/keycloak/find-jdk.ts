import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { PeerUnobtainable } from "../peer-unobtainable.ts";
import { runTool } from "../run-tool.ts";

/** Home directory of a Java of at least this version; throws PeerUnobtainable naming what it saw. */
export async function findJdk(atLeast: number): Promise<string> {
  const seen: string[] = [];
  for (const home of await candidates()) {
    const version = await majorVersion(home);
    if (version !== null && version >= atLeast) return home;
    if (version !== null) seen.push(`${version} in ${home}`);
  }
  throw new PeerUnobtainable(
    `Java ${atLeast} or newer is needed; found ${seen.join(", ") || "none"}. Set JAVA_HOME to one.`,
  );
}

async function candidates(): Promise<string[]> {
  const programs = [
    ...lines(await runTool("update-alternatives", ["--list", "java"]).catch(() => null)),
    ...(process.env.PATH ?? "").split(":").map((directory) => join(directory, "java")),
  ].filter((program) => existsSync(program));
  const homes = [
    ...(process.env.JAVA_HOME ? [process.env.JAVA_HOME] : []),
    ...programs.map((program) => dirname(dirname(realpathSync(program)))),
    ...below("/usr/lib/jvm", ""),
    ...below("/opt", ""),
    ...below("/Library/Java/JavaVirtualMachines", "Contents/Home"),
  ];
  return [...new Set(homes)].filter((home) => existsSync(join(home, "bin/java")));
}

function below(directory: string, rest: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((name) => join(directory, name, rest));
}

function lines(text: string | null): string[] {
  return (text ?? "").split("\n").filter(Boolean);
}

/** From the JDK's `release` file where there is one, else by asking the program. */
async function majorVersion(home: string): Promise<number | null> {
  const release = join(home, "release");
  const text = existsSync(release)
    ? readFileSync(release, "utf8")
    : await runTool(join(home, "bin/java"), ["--version"]).catch(() => null);
  const found = /JAVA_VERSION="(\d+)|^\S+ (\d+)/m.exec(text ?? "");
  return found ? Number(found[1] ?? found[2]) : null;
}
