import type access from "../../messages/en/access.json";
import type admission from "../../messages/en/admission.json";
import type alerts from "../../messages/en/alerts.json";
import type api from "../../messages/en/api.json";
import type approvals from "../../messages/en/approvals.json";
import type audit from "../../messages/en/audit.json";
import type bindings from "../../messages/en/bindings.json";
import type breakGlass from "../../messages/en/breakGlass.json";
import type common from "../../messages/en/common.json";
import type compliance from "../../messages/en/compliance.json";
import type consumers from "../../messages/en/consumers.json";
import type decisions from "../../messages/en/decisions.json";
import type delivery from "../../messages/en/delivery.json";
import type deployments from "../../messages/en/deployments.json";
import type diff from "../../messages/en/diff.json";
import type drift from "../../messages/en/drift.json";
import type environments from "../../messages/en/environments.json";
import type errors from "../../messages/en/errors.json";
import type evidence from "../../messages/en/evidence.json";
import type health from "../../messages/en/health.json";
import type home from "../../messages/en/home.json";
import type inbox from "../../messages/en/inbox.json";
import type incidents from "../../messages/en/incidents.json";
import type isolation from "../../messages/en/isolation.json";
import type leases from "../../messages/en/leases.json";
import type packs from "../../messages/en/packs.json";
import type policies from "../../messages/en/policies.json";
import type queryProblems from "../../messages/en/queryProblems.json";
import type quotas from "../../messages/en/quotas.json";
import type received from "../../messages/en/received.json";
import type refusals from "../../messages/en/refusals.json";
import type regions from "../../messages/en/regions.json";
import type remediation from "../../messages/en/remediation.json";
import type retention from "../../messages/en/retention.json";
import type reviews from "../../messages/en/reviews.json";
import type rights from "../../messages/en/rights.json";
import type rotations from "../../messages/en/rotations.json";
import type savedViews from "../../messages/en/savedViews.json";
import type shell from "../../messages/en/shell.json";
import type signIn from "../../messages/en/signIn.json";
import type stepUp from "../../messages/en/stepUp.json";
import type tenants from "../../messages/en/tenants.json";
import type trouble from "../../messages/en/trouble.json";
import type whatIf from "../../messages/en/whatIf.json";
import type windows from "../../messages/en/windows.json";
import type { Locale } from "./locales.ts";
import type { Namespace } from "./namespaces.ts";

interface Messages {
  access: typeof access;
  admission: typeof admission;
  received: typeof received;
  alerts: typeof alerts;
  approvals: typeof approvals;
  api: typeof api;
  audit: typeof audit;
  bindings: typeof bindings;
  breakGlass: typeof breakGlass;
  reviews: typeof reviews;
  common: typeof common;
  compliance: typeof compliance;
  consumers: typeof consumers;
  decisions: typeof decisions;
  rights: typeof rights;
  whatIf: typeof whatIf;
  delivery: typeof delivery;
  deployments: typeof deployments;
  diff: typeof diff;
  drift: typeof drift;
  environments: typeof environments;
  evidence: typeof evidence;
  errors: typeof errors;
  health: typeof health;
  home: typeof home;
  inbox: typeof inbox;
  incidents: typeof incidents;
  isolation: typeof isolation;
  leases: typeof leases;
  packs: typeof packs;
  policies: typeof policies;
  queryProblems: typeof queryProblems;
  refusals: typeof refusals;
  quotas: typeof quotas;
  retention: typeof retention;
  regions: typeof regions;
  remediation: typeof remediation;
  savedViews: typeof savedViews;
  rotations: typeof rotations;
  shell: typeof shell;
  signIn: typeof signIn;
  stepUp: typeof stepUp;
  tenants: typeof tenants;
  trouble: typeof trouble;
  windows: typeof windows;
}

/** Fails to compile when a namespace has no messages above. */
export type EveryNamespace =
  Record<Namespace, unknown> extends Record<keyof Messages, unknown> ? Messages : never;

/** A message that does not exist in English is a compile error wherever it is asked for. */
declare module "next-intl" {
  interface AppConfig {
    Locale: Locale;
    Messages: EveryNamespace;
  }
}
