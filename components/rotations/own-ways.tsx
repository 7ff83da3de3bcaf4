"use client";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import type { CredentialSectionProps } from "./credential-sections.ts";
import { ManualSection } from "./manual-section.tsx";
import { WatchSection } from "./watch-section.tsx";

const WATCHED: ReadonlySet<string> = new Set([
  "cert-manager",
  "certificate-file",
  "spiffe-svid",
  "realm-passwords",
]);

/** What the console does not rotate: how people do, or what was seen of who does. Nothing for others. */
export function OwnWays(props: CredentialSectionProps) {
  const { rotatorKind } = props.detail.binding;
  if (rotatorKind === "manual") {
    return (
      <LiveQueries>
        <ManualSection {...props} />
      </LiveQueries>
    );
  }
  if (!WATCHED.has(rotatorKind)) return null;
  return (
    <LiveQueries>
      <WatchSection {...props} />
    </LiveQueries>
  );
}
