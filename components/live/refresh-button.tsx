"use client";
import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { Button } from "#components/ui/button.tsx";

/** Reads the page's data anew. */
export function RefreshButton() {
  const t = useTranslations("common");
  const router = useRouter();
  const [isPending, start] = useTransition();
  return (
    <Button
      look="quiet"
      size="icon"
      aria-label={t("refresh")}
      data-tip={t("refresh")}
      isBusy={isPending}
      onClick={() => start(() => router.refresh())}
    >
      <RotateCw aria-hidden className="size-4" />
    </Button>
  );
}
