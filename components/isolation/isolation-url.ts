import { LAYERS, type Layer } from "#server/engines/isolation/declaration.ts";

export const ENVIRONMENTS = ["prod", "staging", "test", "dev"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** The environment that a URL names; production is what people look at first. */
export function environmentOf(param: string | null | undefined): Environment {
  return ENVIRONMENTS.find((name) => name === param) ?? "prod";
}

export function layerOf(param: string | null): Layer | null {
  return LAYERS.find((name) => name === param) ?? null;
}
