import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the tool is killed. */
  readonly timeoutMillis?: number;
}

/** Output of a program that ended well, or `null` when there is no such program here. Throws on failure. */
export async function runTool(
  program: string,
  args: readonly string[],
  { cwd, env = process.env, timeoutMillis = 60_000 }: ToolOptions = {},
): Promise<string | null> {
  try {
    const options = { env, timeout: timeoutMillis, maxBuffer: 16 * 1024 * 1024 };
    const { stdout } = await run(program, [...args], cwd ? { ...options, cwd } : options);
    return stdout;
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string };
    if (failure.code === "ENOENT") return null;
    const said = `${failure.stderr ?? ""}${failure.stdout ?? ""}`.trim().split("\n").slice(-8);
    throw new Error(`${program} failed: ${said.join("\n")}`, { cause: error });
  }
}
