import "server-only";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { listGroups } from "./group-queries.ts";
import { ignoredBy, ignoreRules } from "./ignore-queries.ts";
import { previewIgnore } from "./preview-ignore.ts";
import { IgnorePreview, PreviewIgnoreInput } from "./preview-views.ts";
import { findingDetail, listFindings } from "./queries.ts";
import { overview, summary } from "./summary-queries.ts";
import { acknowledgeFindings } from "./verbs/acknowledge-findings.ts";
import { releaseFindings } from "./verbs/release-findings.ts";
import { retireIgnoreRule } from "./verbs/retire-ignore-rule.ts";
import { saveIgnoreRule } from "./verbs/save-ignore-rule.ts";
import { suppressFindings } from "./verbs/suppress-findings.ts";
import { unsuppressFindings } from "./verbs/unsuppress-findings.ts";
import {
  FindingDetail,
  FindingInput,
  FindingPage,
  FindingsInput,
  GroupPage,
  GroupsInput,
  Ignored,
  IgnoredInput,
  IgnoreRules,
  Overview,
  Summary,
} from "./views.ts";

const SCOPE = "runtime.drift.read";

export const driftRouter = router({
  /** All tenants of the session. */
  overview: readProcedure(SCOPE)
    .output(Overview)
    .query(({ ctx }) => {
      const tenants = guardAllTenants(ctx.session);
      return withTenantSet(tenants, (tx) => overview(tx, tenants));
    }),
  summary: readProcedure(SCOPE)
    .output(Summary)
    .query(({ ctx }) => summary(ctx.tx, ctx.caller.tenant)),
  groups: readProcedure(SCOPE)
    .input(GroupsInput)
    .output(GroupPage)
    .query(({ ctx, input }) =>
      listGroups(ctx.tx, ctx.caller.tenant, input, guardAllTenants(ctx.session)),
    ),
  findings: readProcedure(SCOPE)
    .input(FindingsInput)
    .output(FindingPage)
    .query(({ ctx, input }) =>
      listFindings(ctx.tx, ctx.caller.tenant, input, guardAllTenants(ctx.session)),
    ),
  finding: readProcedure(SCOPE)
    .input(FindingInput)
    .output(FindingDetail)
    .query(({ ctx, input }) =>
      findingDetail(ctx.tx, ctx.caller.tenant, input.findingId, guardAllTenants(ctx.session)),
    ),
  ignoreRules: readProcedure(SCOPE)
    .output(IgnoreRules)
    .query(({ ctx }) => ignoreRules(ctx.tx, ctx.caller.tenant)),
  ignored: readProcedure(SCOPE)
    .input(IgnoredInput)
    .output(Ignored)
    .query(({ ctx, input }) =>
      ignoredBy(ctx.tx, ctx.caller.tenant, input, guardAllTenants(ctx.session)),
    ),
  /** What a rule would hide, before it is saved. */
  previewIgnore: readProcedure(SCOPE)
    .input(PreviewIgnoreInput)
    .output(IgnorePreview)
    .query(({ ctx, input }) =>
      previewIgnore(ctx.tx, ctx.caller.tenant, input.spec, guardAllTenants(ctx.session)),
    ),
  acknowledge: verbProcedure(acknowledgeFindings),
  release: verbProcedure(releaseFindings),
  suppress: verbProcedure(suppressFindings),
  unsuppress: verbProcedure(unsuppressFindings),
  saveIgnoreRule: verbProcedure(saveIgnoreRule),
  retireIgnoreRule: verbProcedure(retireIgnoreRule),
});
