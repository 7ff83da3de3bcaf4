import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { currentTenant } from "../queries.ts";
import { TenantCreated, TenantInput } from "../schema.ts";

/** Makes the Sovereign's own record, the first of all. Doing it again changes nothing. */
export const bootstrapSovereign = verb({
  name: "tenants.bootstrapSovereign",
  scope: "runtime.tenants.bootstrap",
  input: TenantInput,
  output: TenantCreated,
  async run({ tx, tenant, input }) {
    if (input.slug !== tenant) {
      throw new AppError("invalid", "slug: the Sovereign makes its own record only", {
        field: "slug",
      });
    }
    const output = { tenantId: input.slug };
    const before = await currentTenant(tx, tenant);
    if (before && before.kind !== "sovereign") {
      throw new AppError("conflict", `${input.slug} is an organization, not the Sovereign.`, {
        field: "slug",
        remedy: "Name the installation by a slug of its own.",
      });
    }
    const [row] = await tx.query<{ is_new: boolean }>(
      "SELECT app.create_tenant($1, 'sovereign', $2) AS is_new",
      [input.slug, input.displayName],
    );
    if (!row?.is_new) return unchanged(output);
    return audited(output, {
      type: "runtime.tenants.created",
      subject: `tenant/${input.slug}`,
      payload: { displayName: input.displayName, kind: "sovereign" },
    });
  },
});
