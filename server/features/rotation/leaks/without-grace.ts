import type { BindingRow, RotationRow } from "../rotation-rows.ts";

/** The binding as a rotation after a leak treats it: the old value ends at once. */
export function withoutGrace(binding: BindingRow): BindingRow {
  return { ...binding, grace_seconds: 0 };
}

/** The binding as this rotation treats it: what an approval of it says must be just that. */
export function asRotated(binding: BindingRow, { trigger }: Pick<RotationRow, "trigger">) {
  return trigger === "leaked" ? withoutGrace(binding) : binding;
}
