"use client";
import { useTranslations } from "next-intl";
import type { BindingsPreview } from "./binding-shapes.ts";

/** What importing would make, change and leave as it is. */
export function ImportPreview({ preview }: { preview: BindingsPreview }) {
  const t = useTranslations("bindings.documents");
  return (
    <div role="status" className="flex flex-col gap-2 rounded-md border border-line bg-sunken p-3">
      <p className="font-medium text-sm">{t("wouldBind", { count: preview.bindings.length })}</p>
      <ul className="max-h-64 overflow-y-auto text-sm">
        {preview.bindings.map(({ name, store, path, outcome }) => (
          <li
            key={`${store} ${path}`}
            className="flex flex-wrap items-baseline gap-x-3 border-line border-t py-1"
          >
            <bdi className="font-medium">{name}</bdi>
            <bdi dir="ltr" className="break-all text-muted">
              {`${store} ${path}`}
            </bdi>
            <span className="ms-auto">{t(`outcome.${outcome}`)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
