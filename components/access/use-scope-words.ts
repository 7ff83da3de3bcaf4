import { useTranslations } from "next-intl";

const WORDED = [
  "runtime.approvals.decide",
  "runtime.deployments.execute",
  "runtime.environments.manage",
  "runtime.secrets.override",
  "runtime.deployments.request",
  "runtime.secrets.rotate",
] as const;

/** What a right lets its holder do, in words; one without words of its own is named as it is. */
export function useScopeWords(): (scope: string) => string {
  const t = useTranslations("access.scope");
  return (scope) => {
    const worded = WORDED.find((each) => each === scope);
    return worded ? t(worded.replaceAll(".", "_") as Parameters<typeof t>[0]) : scope;
  };
}
