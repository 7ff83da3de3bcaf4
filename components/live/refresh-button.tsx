"use client";
import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { isConsoleReachable } from "./is-console-reachable.ts";

/** Reads the page's data anew; when nobody answers, what was loaded stays. */
export function RefreshButton() {
  const t = useTranslations("common");
  const router = useRouter();
  const [isPending, start] = useTransition();

  function refresh() {
    start(async () => {
      if (await isConsoleReachable()) start(() => router.refresh());
      else showToast({ tone: "danger", title: t("problems.network") });
    });
  }

  return (
    <Button
      look="quiet"
      size="icon"
      aria-label={t("refresh")}
      data-tip={t("refresh")}
      isBusy={isPending}
      onClick={refresh}
    >
      <RotateCw aria-hidden className="size-4" />
    </Button>
  );
}
