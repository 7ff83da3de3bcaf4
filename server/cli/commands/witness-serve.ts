import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { cosigner, formatCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { byOrigin, FollowedLogs } from "#server/integrations/witness/followed-logs.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Runs a witness: another installation's word that a log only ever grew. */
export const witnessServeCommand: Command = {
  usage: "witness serve --name NAME --key F --logs F --dir DIR [--keys DIR] [--host H] [--port N]",
  summary:
    "cosigns heads of the logs whose verifier keys are the lines of --logs, and follows handovers in --keys; --key holds a 32-byte seed in hex",
  async run(args, { out }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        name: { type: "string" },
        key: { type: "string" },
        logs: { type: "string" },
        dir: { type: "string" },
        keys: { type: "string" },
        host: { type: "string", default: "127.0.0.1" },
        port: { type: "string", default: "8787" },
      },
    });
    const { name, key, logs: logsFile, dir } = values;
    if (!name || !key || !logsFile || !dir) {
      throw new UsageError("Name --name, --key, --logs and --dir.");
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new UsageError("--port takes a number up to 65535.");
    }
    const seed = (await readFile(key, "utf8")).trim();
    if (!/^[0-9a-f]{64}$/.test(seed)) {
      throw new UsageError(`--key: ${key} holds no seed: 64 hexadecimal digits.`);
    }
    const lines = (await readFile(logsFile, "utf8")).split("\n").map((line) => line.trim());
    const logs = byOrigin(
      lines
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => parseVerifierKey(line)),
    );
    if (logs.size === 0) throw new UsageError(`--logs: ${logsFile} names no log.`);
    const { WitnessStore } = await import("#server/integrations/witness/witness-store.ts");
    const { witnessServer } = await import("#server/integrations/witness/witness-server.ts");
    const signer = cosigner(name, new Uint8Array(Buffer.from(seed, "hex")));
    const store = new WitnessStore(dir);
    const onAnswer = (status: number, reason: string) => out(`${status} ${reason}`);
    const followed = new FollowedLogs((origin) => logs.get(origin), values.keys);
    const server = witnessServer({ signer, logs: followed, store, onAnswer });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, values.host, resolve);
    });
    const { address, port: taken } = server.address() as AddressInfo;
    out(`witness ${formatCosignerKey(signer)} at http://${address}:${taken}, of ${logs.size} logs`);
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) {
        process.once(signal, () => server.close(() => resolve()));
      }
    });
    store.close();
    return EXIT.fine;
  },
};
