import "server-only";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { parseCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { recordWitness } from "#server/features/audit/verbs/record-witness.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { askWitness } from "../witnesses/ask-witness.ts";
import { eachDue } from "./each-due.ts";

export interface Witness {
  url: string;
  key: NoteVerifier;
}

const BATCH = 200;
const SCOPES = ["runtime.audit.witness", "runtime.alerts.raise"] as const;
/** Troubles that say that the log is not the one it was. */
const TELLING = new Set(["ahead", "forked", "bad-answer", "refused"]);

const WitnessFile = z.object({
  witnesses: z
    .array(
      z.object({
        url: z.url({ protocol: /^https?$/ }),
        key: z.string().transform((text, context) => {
          try {
            return parseCosignerKey(text);
          } catch (error) {
            context.addIssue({ code: "custom", message: `${(error as Error).message}` });
            return z.NEVER;
          }
        }),
      }),
    )
    .max(20),
});

/** The witnesses that a YAML or JSON file names. Throws with each fault and where it is. */
export function readWitnesses(file: string | undefined): Witness[] {
  if (!file) return [];
  const read = WitnessFile.safeParse(parse(readFileSync(file, "utf8")));
  if (!read.success) {
    const faults = read.error.issues.map((each) => `${each.path.join(".")}: ${each.message}`);
    throw new Error(`WITNESSES_FILE: ${file} is not valid:\n  ${faults.join("\n  ")}`);
  }
  return read.data.witnesses;
}

/** Has each witness cosign the heads that it has not seen. Gives how many it was asked about. */
export async function askWitnesses(
  witnesses: readonly Witness[],
  pauseSeconds: number,
): Promise<number> {
  let asked = 0;
  for (const witness of witnesses) {
    const params = [witness.key.name, pauseSeconds, BATCH];
    asked += await eachDue("app.tenants_to_witness($1, $2, $3)", params, ({ tenant_id }) =>
      askAbout(witness, tenant_id),
    );
  }
  return asked;
}

async function askAbout(witness: Witness, tenantId: string): Promise<void> {
  const caller = workerCaller({ tenantId, name: "witnesses", scopes: SCOPES });
  const said = await askWitness(caller.tenant, witness);
  if (!said) return;
  const { isNewTrouble } = await runVerb(recordWitness, caller, {
    witness: witness.key.name,
    ...said,
  });
  if (!isNewTrouble || !TELLING.has(said.trouble ?? "")) return;
  await runVerb(raiseAlert, caller, {
    kind: "log-not-witnessed",
    severity: said.trouble === "refused" ? "warning" : "critical",
    subjectRef: `audit-log/${tenantId}`,
    detail: `${witness.key.name}: ${said.trouble}`,
  });
}
