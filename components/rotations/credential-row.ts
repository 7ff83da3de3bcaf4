import type { BindingView } from "#server/features/rotation/views.ts";

/** One credential of the dashboard, as the server lists it. */
export type CredentialRow = BindingView;
