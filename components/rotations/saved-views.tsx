"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Bookmark } from "lucide-react";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { MenuHeading } from "#components/ui/menu-heading.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import { SaveViewDialog } from "./save-view-dialog.tsx";

/** What of the URL is not a view: which row is open. */
const NOT_KEPT = ["selected"];

function SavedViewsBody({ tenantId }: { tenantId: string }) {
  const t = useTranslations("rotations.views");
  const problemText = useProblemText();
  const pathname = usePathname();
  const url = useUrlState();
  const [isSaving, setSaving] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "savedViews.list"],
    queryFn: () => consoleClient(tenantId).savedViews.list.query({ page: "rotations" }),
  });
  const remove = useMutation({
    mutationFn: (viewId: string) => consoleClient(tenantId).savedViews.remove.mutate({ viewId }),
    onSuccess: () => query.refetch(),
    onError: (error) => showToast({ tone: "danger", title: problemText(problemOf(error)) }),
  });
  const now = new URLSearchParams(url.params);
  for (const name of NOT_KEPT) now.delete(name);
  const current = now.toString();
  const views = query.data ?? [];
  const chosen = views.find((view) => view.params === current);
  return (
    <>
      <Menu
        label={t("label")}
        look="plain"
        align="end"
        trigger={
          <>
            <Bookmark aria-hidden className="size-4 text-muted" />
            <span className="max-w-32 truncate">{chosen?.name ?? t("label")}</span>
          </>
        }
      >
        {views.length === 0 ? <MenuHeading>{t("none")}</MenuHeading> : null}
        {views.map((view) => (
          <MenuItem
            key={view.viewId}
            href={view.params ? `${pathname}?${view.params}` : pathname}
            isChecked={view === chosen}
          >
            {view.name}
          </MenuItem>
        ))}
        <MenuItem onSelect={() => setSaving(true)}>{t("save")}</MenuItem>
        {chosen ? (
          <MenuItem onSelect={() => remove.mutate(chosen.viewId)}>
            {t("remove", { name: chosen.name })}
          </MenuItem>
        ) : null}
      </Menu>
      {isSaving ? (
        <SaveViewDialog
          tenantId={tenantId}
          params={current}
          onClose={() => setSaving(false)}
          onSaved={() => {
            setSaving(false);
            query.refetch();
          }}
        />
      ) : null}
    </>
  );
}

/** The viewer's own views of the dashboard: filter, order and columns under a name. */
export function SavedViews({ tenantId }: { tenantId: string }) {
  return (
    <LiveQueries>
      <SavedViewsBody tenantId={tenantId} />
    </LiveQueries>
  );
}
