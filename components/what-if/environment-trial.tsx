"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { TrialResult } from "./trial-result.tsx";
import { useTrial } from "./use-trial.ts";

type Environment = NonNullable<
  NonNullable<Parameters<ReturnType<typeof useTrial>["run"]>[0]>["environment"]
>;

const LAST = 1_000;

/** Tries an environment's policy, as it stands in a form, on past decisions about deployments there. */
export function EnvironmentTrial({
  tenantId,
  environment,
}: {
  tenantId: string;
  environment: Environment;
}) {
  const t = useTranslations("whatIf");
  const { found, failure, isBusy, run } = useTrial(tenantId);
  return (
    <div className="flex flex-col items-start gap-2">
      <Button isBusy={isBusy} onClick={() => run({ environment, last: LAST })}>
        {t("environment.button")}
      </Button>
      <p className="text-muted text-xs">
        {t("environment.hint", { last: LAST })} {t("publish.environment")}
      </p>
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {t("failed")}: {failure}
        </p>
      ) : null}
      {found ? <TrialResult tenantId={tenantId} found={found} /> : null}
    </div>
  );
}
