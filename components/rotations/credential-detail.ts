import type { BindingView, RotationView } from "#server/features/rotation/views.ts";

export type { RotationView } from "#server/features/rotation/views.ts";

/** A credential with what was done to it, newest first. */
export interface CredentialDetail {
  binding: BindingView;
  rotations: readonly RotationView[];
  /** Whether a change window of its environment is open now. */
  window: { isOpen: boolean; opensAt: Date | null };
  asOf: Date;
}
