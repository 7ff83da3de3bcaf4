import type { z } from "zod";
import type { DiscoveryState, SightingsOutput } from "#server/features/discovery/schema.ts";
import type { PreviewBindingsOutput } from "#server/features/rotation/bindings/schema.ts";
import type { ListRotationTargetsOutput } from "#server/features/rotation-targets/schema.ts";

/** What the server tells of bindings, in the words of its schemas. */
export type Discovery = z.output<typeof DiscoveryState>;
export type Sightings = z.output<typeof SightingsOutput>;
export type BindingsPreview = z.output<typeof PreviewBindingsOutput>;
export type TargetList = z.output<typeof ListRotationTargetsOutput>;
export type Target = TargetList["targets"][number];

export const BINDING_TABS = ["discovery", "bind", "import", "targets"] as const;
export type BindingTab = (typeof BINDING_TABS)[number];

/** The tab that a URL names; the first when it names none of them. */
export function tabOf(text: string | null | undefined): BindingTab {
  return BINDING_TABS.find((tab) => tab === text) ?? "discovery";
}

/** Where a secret may be kept. */
export const STORE_NAMES = [
  "openbao",
  "azure-key-vault",
  "keycloak",
  "kubernetes",
  "file",
  "none",
] as const;
