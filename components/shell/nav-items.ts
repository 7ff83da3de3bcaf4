import {
  Activity,
  Archive,
  Braces,
  Building2,
  ClipboardCheck,
  FileCheck,
  Gauge,
  Gavel,
  GitCompareArrows,
  Globe,
  Hourglass,
  House,
  Inbox,
  KeyRound,
  LayoutGrid,
  Link2,
  type LucideIcon,
  RefreshCw,
  Rocket,
  Scale,
  ScrollText,
  Send,
  ShieldAlert,
  Siren,
  UserCheck,
} from "lucide-react";
import type { Scope } from "#server/platform/authz/scopes.ts";

export interface NavItem {
  /** The path below `/t/<tenant>`; also the key of its name in `messages/<locale>/shell.json`. */
  name:
    | "home"
    | "inbox"
    | "deployments"
    | "access"
    | "reviews"
    | "breakGlass"
    | "rotations"
    | "bindings"
    | "leases"
    | "incidents"
    | "policies"
    | "decisions"
    | "api"
    | "rights"
    | "audit"
    | "evidence"
    | "received"
    | "delivery"
    | "retention"
    | "compliance"
    | "threats"
    | "health"
    | "isolation"
    | "quotas"
    | "tenants"
    | "drift"
    | "regions";
  path: string;
  icon: LucideIcon;
  /** Who lacks it does not see the item; the page itself answers "forbidden". */
  scope?: Scope;
  /** Whoever has this one sees it as well. */
  orScope?: Scope;
}

/** The pages that exist, in the order of the side navigation. A new page adds its line here. */
export const NAV_ITEMS: readonly NavItem[] = [
  { name: "home", path: "", icon: House },
  { name: "inbox", path: "/inbox", icon: Inbox, scope: "runtime.approvals.read" },
  { name: "rotations", path: "/rotations", icon: RefreshCw, scope: "runtime.secrets.read" },
  { name: "bindings", path: "/bindings", icon: Link2, scope: "runtime.secrets.read" },
  { name: "leases", path: "/leases", icon: Hourglass, scope: "runtime.secrets.read" },
  {
    name: "incidents",
    path: "/incidents",
    icon: ShieldAlert,
    scope: "runtime.incidents.read",
  },
  {
    name: "deployments",
    path: "/deployments",
    icon: Rocket,
    scope: "runtime.deployments.read",
  },
  { name: "isolation", path: "/isolation", icon: LayoutGrid, scope: "runtime.isolation.read" },
  { name: "quotas", path: "/quotas", icon: Gauge, scope: "runtime.isolation.read" },
  { name: "drift", path: "/drift", icon: GitCompareArrows, scope: "runtime.drift.read" },
  { name: "access", path: "/access", icon: KeyRound, scope: "runtime.elevation.read" },
  {
    name: "reviews",
    path: "/access/reviews",
    icon: ClipboardCheck,
    scope: "runtime.reviews.read",
  },
  {
    name: "breakGlass",
    path: "/access/break-glass",
    icon: Siren,
    scope: "runtime.break-glass.read",
    orScope: "runtime.break-glass.use",
  },
  { name: "policies", path: "/policies", icon: Scale, scope: "runtime.policies.read" },
  { name: "decisions", path: "/decisions", icon: Gavel, scope: "runtime.policies.read" },
  { name: "rights", path: "/rights", icon: UserCheck },
  { name: "audit", path: "/audit", icon: ScrollText, scope: "runtime.audit.read" },
  { name: "evidence", path: "/evidence", icon: FileCheck, scope: "runtime.audit.read" },
  { name: "received", path: "/received", icon: Inbox, scope: "runtime.audit.read" },
  { name: "retention", path: "/retention", icon: Archive, scope: "runtime.retention.read" },
  { name: "delivery", path: "/delivery", icon: Send, scope: "runtime.delivery.read" },
  {
    name: "compliance",
    path: "/compliance",
    icon: ClipboardCheck,
    scope: "runtime.compliance.read",
  },
  {
    name: "threats",
    path: "/compliance/threats",
    icon: ShieldAlert,
    scope: "runtime.compliance.read",
  },
  { name: "regions", path: "/regions", icon: Globe, scope: "runtime.regions.read" },
  {
    name: "tenants",
    path: "/tenants",
    icon: Building2,
    scope: "runtime.tenants.export",
    orScope: "runtime.tenants.onboard",
  },
  { name: "api", path: "/api", icon: Braces },
  { name: "health", path: "/health", icon: Activity, scope: "runtime.health.read" },
];

/** The items somebody with these scopes sees. */
export function visibleNavItems(scopes: readonly Scope[]): NavItem[] {
  return NAV_ITEMS.filter(
    ({ scope, orScope }) =>
      !scope || scopes.includes(scope) || (orScope !== undefined && scopes.includes(orScope)),
  );
}
