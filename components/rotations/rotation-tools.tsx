"use client";
import { Download } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import { ROTATION_PARAMS } from "./rotation-url.ts";

const SavedViews = dynamic(
  async () => (await import("#components/saved-views/saved-views.tsx")).SavedViews,
  { ssr: false },
);
const BulkRotateDialog = dynamic(
  async () => (await import("./bulk-rotate-dialog.tsx")).BulkRotateDialog,
  { ssr: false },
);

interface RotationToolsProps {
  tenantId: string;
  params: Readonly<Record<string, string | undefined>>;
  mayRotate: boolean;
  onRotated: () => void;
}

/** What is done with everything that passes the filters: kept as a view, exported, rotated. */
export function RotationTools({ tenantId, params, mayRotate, onRotated }: RotationToolsProps) {
  const t = useTranslations("rotations");
  const [isAsking, setAsking] = useState(false);
  const url = useUrlState();
  const asked = new URLSearchParams();
  for (const name of [...ROTATION_PARAMS, "sort"]) {
    const value = url.params.get(name);
    if (value) asked.set(name, value);
  }
  return (
    <>
      <Link
        href={`/t/${tenantId}/bindings?tab=bind`}
        className="inline-flex h-7 items-center rounded-md border border-line-strong bg-raised px-2 font-medium text-sm hover:bg-hover"
      >
        {t("bindOne")}
      </Link>
      <SavedViews tenantId={tenantId} page="rotations" />
      <a
        href={`/api/v1/rotations/${tenantId}/credentials-csv?${asked}`}
        download
        className="inline-flex h-7 items-center gap-2 rounded-md border border-line-strong bg-raised px-2 font-medium text-sm hover:bg-hover"
      >
        <Download aria-hidden className="size-4 text-muted" />
        {t("export")}
      </a>
      <Button
        size="sm"
        disabledReason={mayRotate ? null : t("blocked.scope")}
        onClick={() => setAsking(true)}
      >
        {t("bulk.button")}
      </Button>
      {isAsking ? (
        <BulkRotateDialog
          tenantId={tenantId}
          params={params}
          onClose={() => setAsking(false)}
          onDone={onRotated}
        />
      ) : null}
    </>
  );
}
