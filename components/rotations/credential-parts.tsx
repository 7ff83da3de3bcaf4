"use client";
import { SightingsSection } from "#components/bindings/sightings-section.tsx";
import { BindingReads } from "#components/regions/binding-reads.tsx";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { ConsumersSection } from "./consumers-section.tsx";
import type { CredentialSectionProps } from "./credential-sections.ts";

/** Who uses it, where it was found, and which version each region has. */
export function CredentialParts({ tenantId, detail, onDone }: CredentialSectionProps) {
  const { binding } = detail;
  return (
    <LiveQueries>
      <ConsumersSection tenantId={tenantId} detail={detail} onChanged={onDone} />
      <BindingReads tenantId={tenantId} bindingId={binding.bindingId} />
      <SightingsSection tenantId={tenantId} binding={binding} onChanged={onDone} />
    </LiveQueries>
  );
}
