import { SinkConfig, type SinkKind } from "#server/engines/delivery/sink-kinds.ts";

/** The fields of a kind of sink that name a secret of the vault: whatever takes such a reference and no text. */
export function secretFieldsOf(kind: SinkKind): string[] {
  const config = SinkConfig.options.find(({ shape }) => shape.kind.value === kind);
  if (!config) throw new Error(`there is no kind of sink ${kind}`);
  return Object.entries(config.shape)
    .filter(([, field]) => field.safeParse({ path: "siem/x", field: "value" }).success)
    .map(([name]) => name);
}
