"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useAct } from "#components/problem/use-act.ts";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { UseView } from "#server/features/break-glass/schema.ts";
import { useEnvironmentName } from "./environment-name.ts";

/** The viewer's own live use, with the way to give it back. */
export function OwnUse({ tenantId, use }: { tenantId: string; use: UseView }) {
  const t = useTranslations("breakGlass");
  const environment = useEnvironmentName();
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const { useId } = use;

  async function end() {
    const { consoleClient } = await import("#components/trpc/console-client.ts");
    return consoleClient(tenantId).breakGlass.end.mutate({ useId });
  }

  return (
    <div className="flex flex-wrap items-center gap-3">
      <Status tone="danger">
        {t("banner.own", { environment: environment(use.environment) })}
      </Status>
      <span className="text-sm">
        {t("use.ends")} <Time at={use.endsAt} />
      </span>
      <Button
        size="sm"
        isBusy={isBusy}
        onClick={() =>
          run(end, () => {
            showToast({ tone: "ok", title: t("own.ended") });
            router.refresh();
          })
        }
      >
        {t("own.end")}
      </Button>
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      ) : null}
    </div>
  );
}
