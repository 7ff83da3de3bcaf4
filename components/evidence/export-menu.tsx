"use client";
import { ChevronDown, Download } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Menu } from "#components/ui/menu.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import { PackDialog } from "./pack-dialog.tsx";

/** What is made of everything that the page's query finds: a file at once, or a pack that the worker makes. */
export function ExportMenu({ tenantId }: { tenantId: string }) {
  const t = useTranslations("packs.menu");
  const router = useRouter();
  const { params } = useUrlState();
  const [isAsking, setAsking] = useState(false);
  const query = params.get("q") ?? "";

  function download(format: "csv" | "ndjson") {
    const link = document.createElement("a");
    link.href = `/api/v1/audit/${tenantId}/events?${new URLSearchParams({ q: query, format })}`;
    link.download = "";
    link.click();
  }

  return (
    <>
      <Menu
        label={t("label")}
        look="plain"
        align="end"
        trigger={
          <>
            <Download aria-hidden className="size-4 text-muted" />
            {t("label")}
            <ChevronDown aria-hidden className="size-4 text-muted" />
          </>
        }
      >
        <MenuItem onSelect={() => download("csv")}>{t("csv")}</MenuItem>
        <MenuItem onSelect={() => download("ndjson")}>{t("ndjson")}</MenuItem>
        <MenuItem onSelect={() => setAsking(true)}>{t("pack")}</MenuItem>
        <MenuItem href={`/t/${tenantId}/evidence`}>{t("all")}</MenuItem>
      </Menu>
      {isAsking ? (
        <PackDialog
          tenantId={tenantId}
          query={query}
          onClose={() => setAsking(false)}
          onDone={(packId) => router.push(`/t/${tenantId}/evidence?pack=${packId}`)}
        />
      ) : null}
    </>
  );
}
