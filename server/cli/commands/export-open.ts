import { createHash, createPrivateKey } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { compactDecrypt } from "jose";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { openNote } from "#server/engines/merkle/signed-note.ts";
import { openFrames, splitExport } from "#server/engines/tenant-export/sealed-frames.ts";
import { tarFiles } from "#server/engines/tenant-export/tar.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Opens the encrypted export of an offboarded tenant and checks it against its signed list. */
export const exportOpenCommand: Command = {
  usage: "export open FILE --key PEM --vkey F --out DIR",
  summary: "an offboarded tenant's export, into DIR; exit 0 whole, 1 altered",
  async run(args, { out }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { key: { type: "string" }, vkey: { type: "string" }, out: { type: "string" } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    if (!file || more.length > 0 || !values.key || !values.vkey || !values.out)
      throw new UsageError("Name one file, --key, --vkey and --out.");
    const verifier = parseVerifierKey((await readFile(values.vkey, "utf8")).trim());
    const { header, frames } = splitExport(await readFile(file));
    const { plaintext } = await compactDecrypt(
      header.key,
      createPrivateKey(await readFile(values.key, "utf8")),
    );
    const files = new Map<string, Buffer>();
    try {
      const archive = gunzipSync(openFrames(plaintext, header, frames));
      for (const { name, content } of tarFiles(archive)) files.set(name, content);
    } catch (error) {
      out(`altered: ${(error as Error).message}`);
      return EXIT.findings;
    }
    const faults = faultsOf(files, header, verifier);
    for (const fault of faults) out(`altered: ${fault}`);
    if (faults.length > 0) return EXIT.findings;
    for (const [name, content] of files) {
      const path = join(values.out, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content, { mode: 0o600 });
    }
    out(`whole: ${files.size} files of ${header.tenant}, signed by ${verifier.name}`);
    return EXIT.fine;
  },
};

function faultsOf(
  files: ReadonlyMap<string, Buffer>,
  header: { tenant: string; lifecycleId: string },
  verifier: ReturnType<typeof parseVerifierKey>,
): string[] {
  const manifest = files.get("MANIFEST");
  if (!manifest) return ["there is no signed list"];
  let lines: string[];
  try {
    lines = openNote(manifest.toString("utf8"), [verifier]).text.trimEnd().split("\n");
  } catch (error) {
    return [`the list is not signed by ${verifier.name}: ${(error as Error).message}`];
  }
  const [format, tenant, lifecycleId, ...listed] = lines;
  const faults: string[] = [];
  if (
    format !== "sovereign-console/tenant-export/v1" ||
    tenant !== header.tenant ||
    lifecycleId !== header.lifecycleId
  ) {
    faults.push("the list is of another export");
  }
  const seen = new Set(["MANIFEST"]);
  for (const line of listed) {
    const [digest, size, name = ""] = line.split(" ");
    const content = files.get(name);
    seen.add(name);
    if (!content) faults.push(`${name} is missing`);
    else if (
      content.length !== Number(size) ||
      createHash("sha256").update(content).digest("hex") !== digest
    )
      faults.push(`${name} is not what was listed`);
  }
  for (const name of files.keys()) if (!seen.has(name)) faults.push(`${name} is not listed`);
  return faults;
}
