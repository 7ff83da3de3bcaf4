import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

test("the worker does not start with policies that are not valid, and names file, line and problem", async () => {
  const directory = mkdtempSync(join(tmpdir(), "policies-"));
  cpSync("policies", directory, { recursive: true });
  writeFileSync(
    join(directory, "bad.cedar"),
    '// One\npermit (principal, action == Action::"RotateSecret", resource) when { resource.colour == "red" };',
  );
  const worker = spawn(process.execPath, ["--conditions=react-server", "server/worker/main.ts"], {
    env: { ...process.env, POLICIES_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    let said = "";
    for (const stream of [worker.stdout, worker.stderr])
      stream.on("data", (chunk) => {
        said += String(chunk);
      });
    const code = await new Promise((resolve) => worker.once("close", resolve));
    expect(code).not.toBe(0);
    expect(said).toMatch(/bad\.cedar:2:71: .*colour/);
    expect(said).not.toContain("the worker runs");
  } finally {
    worker.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  }
}, 120_000);
