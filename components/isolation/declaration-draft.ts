import { LAYERS, type Layer, type Model } from "#server/engines/isolation/declaration.ts";
import type { DeclarationInput } from "#server/features/isolation/schema.ts";

/** The form's texts: one for each boundary. */
export interface DeclarationDraft {
  models: Record<Layer, Model>;
  namespaces: string;
  nodePool: string;
  network: string;
  database: string;
  vaultPath: string;
  hard: string;
  regions: string;
}

export function draftOf(declaration: DeclarationInput | null): DeclarationDraft {
  const models = Object.fromEntries(
    LAYERS.map((layer) => [layer, declaration?.[layer].model ?? "pool"]),
  ) as Record<Layer, Model>;
  return {
    models,
    namespaces: declaration?.compute.namespaces.join(" ") ?? "",
    nodePool: declaration?.compute.nodePool ?? "",
    network: declaration?.network.network ?? "",
    database: declaration?.data.database ?? "",
    vaultPath: declaration?.secrets.vaultPath ?? "",
    hard: Object.entries(declaration?.quota.hard ?? {})
      .map(([name, limit]) => `${name} = ${limit}`)
      .join("\n"),
    regions: declaration?.regions.join(" ") ?? "",
  };
}

/** The declaration that a draft says, or the line of the quota that can't be read (from 1). */
export function declarationOf(draft: DeclarationDraft): DeclarationInput | { badLine: number } {
  const hard: Record<string, string> = {};
  for (const [at, line] of draft.hard.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, name, limit] = /^\s*([^\s=]+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (!name || !limit) return { badLine: at + 1 };
    hard[name] = limit;
  }
  const { models } = draft;
  return {
    compute: {
      model: models.compute,
      namespaces: words(draft.namespaces),
      nodePool: textOrNull(draft.nodePool),
    },
    network: { model: models.network, network: textOrNull(draft.network) },
    data: { model: models.data, database: textOrNull(draft.database) },
    secrets: { model: models.secrets, vaultPath: textOrNull(draft.vaultPath) },
    quota: { model: models.quota, hard },
    regions: words(draft.regions),
  };
}

export interface DraftChange {
  /** `compute.model`, `quota.hard`, `regions`. */
  field: string;
  before: string;
  after: string;
}

/** What saving would change, field by field. */
export function changesBetween(
  before: DeclarationInput | null,
  after: DeclarationInput,
): DraftChange[] {
  const fields = (declaration: DeclarationInput | null) =>
    new Map<string, string>([
      ...LAYERS.flatMap((layer) =>
        Object.entries(declaration?.[layer] ?? {}).map(([name, value]): [string, string] => [
          `${layer}.${name}`,
          textOf(value),
        ]),
      ),
      ["regions", textOf(declaration?.regions ?? [])],
    ]);
  const [old, fresh] = [fields(before), fields(after)];
  return [...fresh].flatMap(([field, text]) => {
    const was = old.get(field) ?? "";
    return was === text ? [] : [{ field, before: was, after: text }];
  });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(" ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, limit]) => `${name} = ${String(limit)}`)
      .join(", ");
  }
  return value === null ? "" : String(value);
}

function words(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

function textOrNull(text: string): string | null {
  return text.trim() || null;
}
