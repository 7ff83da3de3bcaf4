"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import type { IgnorePreview } from "#server/features/drift/preview-views.ts";
import type { IgnoreRuleSpec } from "#server/features/drift/schema.ts";
import { SeverityMark } from "./drift-marks.tsx";
import { objectName } from "./object-name.ts";

interface IgnorePreviewPartProps {
  tenantId: string;
  spec: IgnoreRuleSpec;
  /** Whether the rule was changed since it was looked at. */
  isStale: boolean;
  onSeen: () => void;
}

/** What the rule would hide of what is known now: how much, the worst of it by name. */
export function IgnorePreviewPart({ tenantId, spec, isStale, onSeen }: IgnorePreviewPartProps) {
  const t = useTranslations("drift.ignored.form");
  const { isBusy, failure, run } = useAct();
  const [preview, setPreview] = useState<IgnorePreview | null>(null);
  function look() {
    run(
      () => consoleClient(tenantId).drift.previewIgnore.query({ spec }),
      (found) => {
        setPreview(found);
        if (found.problem === null) onSeen();
      },
    );
  }
  return (
    <Section title={t("preview")}>
      <div>
        <Button
          size="sm"
          isBusy={isBusy}
          disabledReason={spec.expression === "" ? t("expressionMissing") : null}
          onClick={look}
        >
          {t("previewButton")}
        </Button>
      </div>
      <div role="status" className="flex flex-col gap-2 text-sm">
        {failure ? <p className="text-danger">{failure}</p> : null}
        {isStale ? <p className="text-due">{t("previewAgain")}</p> : null}
        {preview && !isStale ? <PreviewText preview={preview} /> : null}
      </div>
    </Section>
  );
}

function PreviewText({ preview }: { preview: IgnorePreview }) {
  const t = useTranslations("drift.ignored.form");
  const { problem, objects, differences, gone, items, isWhole, looked } = preview;
  if (problem) {
    return (
      <p className="text-danger">
        <bdi dir="ltr">{problem}</bdi>
      </p>
    );
  }
  return (
    <>
      <p className="font-medium">{t("previewCount", { objects, differences })}</p>
      {objects > 0 ? (
        <p>
          {t("previewGone", { count: gone.count })}
          {gone.critical + gone.high > 0
            ? ` ${t("previewWorst", { critical: gone.critical, high: gone.high })}`
            : null}
        </p>
      ) : null}
      {isWhole ? null : <p className="text-due">{t("previewLimit", { count: looked })}</p>}
      <ul className="flex flex-col divide-y divide-line rounded-md border border-line empty:hidden">
        {items.map((item) => (
          <li key={item.findingId} className="flex flex-col gap-0.5 px-2 py-1">
            <span className="flex flex-wrap items-center gap-x-3">
              <SeverityMark severity={item.severity} />
              <bdi dir="ltr" className="min-w-0 break-words">
                {objectName(item.object)}
              </bdi>
            </span>
            <bdi dir="ltr" className="break-words text-muted text-xs">
              {item.paths.join(", ")}
            </bdi>
          </li>
        ))}
      </ul>
      {objects > items.length ? (
        <p className="text-muted">{t("previewMore", { count: objects - items.length })}</p>
      ) : null}
    </>
  );
}
