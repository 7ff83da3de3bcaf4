/** The layers of a tenant's isolation, in the order in which people read them (DESIGN §2). */
export const LAYERS = ["compute", "network", "data", "secrets", "quota"] as const;
export type Layer = (typeof LAYERS)[number];

export const MODELS = ["silo", "pool", "shared"] as const;
export type Model = (typeof MODELS)[number];

/** What a RuntimeTenantBinding says of each layer: a model, and the boundary that it names. */
export interface Declaration {
  compute: { model: Model; namespaces: readonly string[]; nodePool: string | null };
  network: { model: Model; network: string | null };
  data: { model: Model; database: string | null };
  secrets: { model: Model; vaultPath: string | null };
  /** Kubernetes quantities by resource name, as in a ResourceQuota's `hard`. */
  quota: { model: Model; hard: Readonly<Record<string, string>> };
  /** Placement: the regions it may be in; none means that no region was agreed. */
  regions: readonly string[];
}

/** A tenant whose layers differ is a bridge: derived, never stored (DESIGN §2). */
export function derivedModel(declaration: Declaration): Model | "bridge" {
  const models = new Set(LAYERS.map((layer) => declaration[layer].model));
  const [only] = models;
  return models.size === 1 && only ? only : "bridge";
}
