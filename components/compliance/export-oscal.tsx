"use client";
import { useTranslations } from "next-intl";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { FrameworkId } from "#server/engines/compliance/frameworks/framework.ts";

/** Saves a framework's states as OSCAL assessment results; the log tells who took them. */
export function ExportOscal({ tenantId, framework }: { tenantId: string; framework: FrameworkId }) {
  const t = useTranslations("compliance");
  const { isBusy, failure, run } = useAct();
  function save() {
    run(
      () => consoleClient(tenantId).compliance.exportOscal.mutate({ framework }),
      ({ json }) => {
        const url = URL.createObjectURL(new Blob([json], { type: "application/json" }));
        const link = document.createElement("a");
        link.href = url;
        link.download = `oscal-${tenantId}-${framework}.json`;
        link.click();
        URL.revokeObjectURL(url);
      },
    );
  }
  return (
    <>
      <Button isBusy={isBusy} onClick={save} data-tip={t("exportHint")}>
        {t("export")}
      </Button>
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      ) : null}
    </>
  );
}
