"use client";
import { useTranslations } from "next-intl";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import type { CellDetail } from "#server/features/isolation/views.ts";

/** Saves one cell as a file for an auditor; `console isolation verify` computes its digests again. */
export function ExportEvidence({ tenantId, cell }: { tenantId: string; cell: CellDetail }) {
  const t = useTranslations("isolation");
  const { isBusy, failure, run } = useAct();
  const { environment, layer } = cell;
  function save() {
    run(
      () => consoleClient(tenantId).isolation.evidence.query({ environment, layer }),
      (evidence) => {
        const text = JSON.stringify(evidence, null, 2);
        const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
        const link = document.createElement("a");
        link.href = url;
        link.download = `isolation-${tenantId}-${environment}-${layer}.json`;
        link.click();
        URL.revokeObjectURL(url);
      },
    );
  }
  return (
    <>
      <Button isBusy={isBusy} onClick={save}>
        {t("cell.export")}
      </Button>
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {failure}
        </p>
      ) : null}
    </>
  );
}
