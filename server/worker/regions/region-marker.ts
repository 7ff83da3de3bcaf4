import "server-only";
import { z } from "zod";
import type { Marker } from "#server/features/regions/schema.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";

/** A key without a version: the marker stands in its metadata, so no value is ever read for it. */
export const MARKER_PATH = "sovereign-console/region-marker";

const Written = z.object({
  sequence: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number),
  written_at: z.iso.datetime().transform((text) => new Date(text)),
});

/** Writing it twice is writing it once. */
export function writeMarker(client: OpenBaoClient, { sequence, writtenAt }: Marker): Promise<void> {
  return client.kv.setMetadata(MARKER_PATH, {
    customMetadata: { sequence: String(sequence), written_at: writtenAt.toISOString() },
  });
}

/** `none` where there is no marker; `unreadable` where there is something else in its place. */
export async function readMarker(client: OpenBaoClient): Promise<Marker | "none" | "unreadable"> {
  const metadata = await client.kv.metadata(MARKER_PATH);
  if (!metadata || Object.keys(metadata.customMetadata).length === 0) return "none";
  const parsed = Written.safeParse(metadata.customMetadata);
  return parsed.success
    ? { sequence: parsed.data.sequence, writtenAt: parsed.data.written_at }
    : "unreadable";
}
