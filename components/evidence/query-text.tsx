"use client";
import { useTranslations } from "next-intl";

/** A query as it was written; the empty one and one that can't be read any more say so. */
export function QueryText({ query }: { query: string | null }) {
  const t = useTranslations("packs");
  if (query === null) return <span className="text-muted">{t("queryGone")}</span>;
  if (query === "") return <span className="text-muted">{t("everyEvent")}</span>;
  return (
    <bdi dir="ltr" className="block max-w-96 truncate font-mono" data-tip={query}>
      {query}
    </bdi>
  );
}
