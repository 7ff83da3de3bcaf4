"use client";
import { useFormatter, useTranslations } from "next-intl";
import type { ForcePreview } from "#server/features/rotation/bulk-schema.ts";

/** What would be rotated, class by class, and why the rest can't be. */
export function BulkPreview({ preview }: { preview: ForcePreview }) {
  const t = useTranslations("rotations.bulk");
  const rotations = useTranslations("rotations");
  const format = useFormatter();
  const number = (count: number) => format.number(count);
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p>
        {t.rich("found", {
          matching: number(preview.matching),
          rotatable: number(preview.rotatable),
          b: (text) => <strong key="b">{text}</strong>,
        })}
      </p>
      {preview.isTooMany ? (
        <p role="alert" className="rounded-md bg-due-tint px-3 py-2 text-due">
          {t("tooMany", { most: number(1_000) })}
        </p>
      ) : null}
      {preview.needApproval > 0 ? (
        <p className="rounded-md bg-due-tint px-3 py-2 text-due">
          {t("needApproval", { count: number(preview.needApproval) })}
        </p>
      ) : null}
      {preview.byClass.length > 0 ? (
        <div className="max-h-56 overflow-auto">
          <table className="w-full border-collapse">
            <caption className="sr-only">{t("title")}</caption>
            <thead>
              <tr className="border-line border-b text-muted text-xs">
                <th scope="col" className="py-1 text-start font-medium">
                  {rotations("columns.class")}
                </th>
                <th scope="col" className="py-1 text-end font-medium">
                  {t("willRotate")}
                </th>
                <th scope="col" className="py-1 ps-4 text-start font-medium">
                  {t("willNot")}
                </th>
              </tr>
            </thead>
            <tbody>
              {preview.byClass.map((row) => (
                <tr key={row.class} className="border-line border-b align-baseline last:border-b-0">
                  <th scope="row" className="py-1 text-start font-normal">
                    {rotations(`class.${row.class}`)}
                  </th>
                  <td className="py-1 text-end">{number(row.rotatable)}</td>
                  <td className="py-1 ps-4 text-muted">
                    {row.obstacles.map(({ why, count }) => (
                      <p key={why}>{t(`why.${why}`, { count: number(count) })}</p>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </div>
  );
}
