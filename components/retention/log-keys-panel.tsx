"use client";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { LogKeysSection } from "./log-keys-section.tsx";

/** The keys that sign the log, asked for by the browser itself. */
export function LogKeysPanel({ tenantId }: { tenantId: string }) {
  return (
    <LiveQueries>
      <LogKeysSection tenantId={tenantId} />
    </LiveQueries>
  );
}
