"use client";
import { useTranslations } from "next-intl";

/** Labels of an organization, or those that a policy asks for. */
export function LabelList({ labels }: { labels: Readonly<Record<string, string>> }) {
  const t = useTranslations("policies");
  const entries = Object.entries(labels);
  if (entries.length === 0) return <span className="text-muted text-sm">{t("noLabels")}</span>;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {entries.map(([key, value]) => (
        <bdi key={key} dir="ltr" className="rounded-sm bg-sunken px-1.5 text-sm">
          {`${key}=${value}`}
        </bdi>
      ))}
    </span>
  );
}
