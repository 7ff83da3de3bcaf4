import { consoleClient } from "#components/trpc/console-client.ts";
import { saveFile } from "./save-file.ts";

/** Fetches the encrypted export piece by piece and hands it over as one file. Throws what the server says. */
export async function takeExport(tenantId: string, lifecycleId: string): Promise<void> {
  const { onboarding } = consoleClient(tenantId);
  const { chunks, fileName } = await onboarding.takeExport.mutate({ lifecycleId });
  const parts: BlobPart[] = [];
  for (let chunkNo = 0; chunkNo < chunks; chunkNo += 1) {
    const { base64 } = await onboarding.exportChunk.query({ lifecycleId, chunkNo });
    parts.push(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  }
  saveFile(fileName, parts, "application/octet-stream");
}
