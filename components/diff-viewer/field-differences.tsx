import { useTranslations } from "next-intl";
import { Identifier } from "#components/ui/identifier.tsx";
import type { FieldDifference } from "#server/engines/differ/diff.ts";
import { differenceRows } from "#server/engines/document-diff/document-rows.ts";
import { DiffLines } from "./diff-lines.tsx";

interface FieldDifferencesProps {
  differences: readonly FieldDifference[];
  isInline: boolean;
}

const SIGNS = { changed: "~", missing: "−", extra: "+" } as const;

/** One difference below the other, each with its path, what happened to it and who wrote it. */
export function FieldDifferences({ differences, isInline }: FieldDifferencesProps) {
  const t = useTranslations("diff");
  return (
    <ul className="flex flex-col divide-y divide-line">
      {differences.map((each) => (
        <li key={each.path} data-change={each.path} tabIndex={-1} className="scroll-mt-10">
          <div className="flex flex-wrap items-center gap-x-3 px-2 py-1 text-sm">
            <span className="inline-flex items-center gap-1.5 font-medium">
              <span aria-hidden className="font-bold font-mono">
                {SIGNS[each.kind]}
              </span>
              {t(`kind.${each.kind}`)}
            </span>
            {each.path === "" ? <span>{t("wholeObject")}</span> : <Identifier value={each.path} />}
            {each.manager ? (
              <span className="text-muted">
                {t.rich("by", {
                  manager: () => (
                    <bdi key="manager" dir="ltr">
                      {each.manager}
                    </bdi>
                  ),
                })}
              </span>
            ) : null}
          </div>
          <div className="border-line border-t">
            <DiffLines rows={differenceRows(each)} isInline={isInline} />
          </div>
        </li>
      ))}
    </ul>
  );
}
