import "server-only";
import { accessReviewsRouter } from "#server/features/access-reviews/router.ts";
import { admissionRouter } from "#server/features/admission/router.ts";
import { alertsRouter } from "#server/features/alerts/router.ts";
import { approvalsRouter } from "#server/features/approvals/router.ts";
import { auditRouter } from "#server/features/audit/router.ts";
import { breakGlassRouter } from "#server/features/break-glass/router.ts";
import { changeWindowsRouter } from "#server/features/change-windows/router.ts";
import { complianceRouter } from "#server/features/compliance/router.ts";
import { deliveryRouter } from "#server/features/delivery/router.ts";
import { deploymentsRouter } from "#server/features/deployments/router.ts";
import { discoveryRouter } from "#server/features/discovery/router.ts";
import { driftRouter } from "#server/features/drift/router.ts";
import { elevationRouter } from "#server/features/elevation/router.ts";
import { evidenceRouter } from "#server/features/evidence/router.ts";
import { inboxRouter } from "#server/features/inbox/router.ts";
import { ingestRouter } from "#server/features/ingest/router.ts";
import { isolationRouter } from "#server/features/isolation/router.ts";
import { leasesRouter } from "#server/features/leases/router.ts";
import { onboardingRouter } from "#server/features/onboarding/router.ts";
import { platformRouter } from "#server/features/platform/router.ts";
import { policyRouter } from "#server/features/policy/router.ts";
import { quotasRouter } from "#server/features/quotas/router.ts";
import { regionsRouter } from "#server/features/regions/router.ts";
import { remediationRouter } from "#server/features/remediation/router.ts";
import { retentionRouter } from "#server/features/retention/router.ts";
import { rightsRouter } from "#server/features/rights/router.ts";
import { bindingsRouter } from "#server/features/rotation/bindings/router.ts";
import { incidentsRouter } from "#server/features/rotation/leaks/router.ts";
import { rotationRouter } from "#server/features/rotation/router.ts";
import { rotationTargetsRouter } from "#server/features/rotation-targets/router.ts";
import { savedViewsRouter } from "#server/features/saved-views/router.ts";
import { secretPoliciesRouter } from "#server/features/secret-policies/router.ts";
import { stepUpRouter } from "#server/features/step-up/router.ts";
import { tenantsRouter } from "#server/features/tenants/router.ts";
import { router } from "./init.ts";

/** One line a domain. */
export const appRouter = router({
  admission: admissionRouter,
  ingest: ingestRouter,
  accessReviews: accessReviewsRouter,
  alerts: alertsRouter,
  approvals: approvalsRouter,
  audit: auditRouter,
  bindings: bindingsRouter,
  breakGlass: breakGlassRouter,
  changeWindows: changeWindowsRouter,
  delivery: deliveryRouter,
  compliance: complianceRouter,
  deployments: deploymentsRouter,
  discovery: discoveryRouter,
  drift: driftRouter,
  elevation: elevationRouter,
  evidence: evidenceRouter,
  isolation: isolationRouter,
  inbox: inboxRouter,
  leases: leasesRouter,
  incidents: incidentsRouter,
  onboarding: onboardingRouter,
  platform: platformRouter,
  policy: policyRouter,
  quotas: quotasRouter,
  retention: retentionRouter,
  regions: regionsRouter,
  remediation: remediationRouter,
  rights: rightsRouter,
  rotation: rotationRouter,
  rotationTargets: rotationTargetsRouter,
  savedViews: savedViewsRouter,
  secretPolicies: secretPoliciesRouter,
  stepUp: stepUpRouter,
  tenants: tenantsRouter,
});

export type AppRouter = typeof appRouter;
