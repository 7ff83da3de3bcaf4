import { CELL_LAYERS, type CellLayer } from "#server/engines/isolation/fact.ts";

export const ENVIRONMENTS = ["prod", "staging", "test", "dev"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The environment that a URL names; production is what people look at first. */
export function environmentOf(param: string | null | undefined): Environment {
  return ENVIRONMENTS.find((name) => name === param) ?? "prod";
}

export function layerOf(param: string | null): CellLayer | null {
  return CELL_LAYERS.find((name) => name === param) ?? null;
}
