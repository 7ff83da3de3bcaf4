"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Bookmark, Users } from "lucide-react";
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
import { SaveViewDialog, type ViewPage } from "./save-view-dialog.tsx";

interface SavedViewsProps {
  tenantId: string;
  page: ViewPage;
}

/** What of the URL is not a view: which row is open, and how its difference is looked at. */
const NOT_KEPT = ["selected", "event", "diff", "by"];

function SavedViewsBody({ tenantId, page }: SavedViewsProps) {
  const t = useTranslations("savedViews");
  const problemText = useProblemText();
  const pathname = usePathname();
  const url = useUrlState();
  const [isSaving, setSaving] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "savedViews.list", page],
    queryFn: () => consoleClient(tenantId).savedViews.list.query({ page }),
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
  const own = views.filter((view) => view.isOwn);
  const shared = views.filter((view) => !view.isOwn);
  const item = (view: (typeof views)[number]) => (
    <MenuItem
      key={view.viewId}
      href={view.params ? `${pathname}?${view.params}` : pathname}
      isChecked={view === chosen}
    >
      {view.isOwn ? view.name : t("by", { name: view.name, who: view.savedByName })}
      {view.isOwn && view.isShared ? (
        <Users aria-label={t("shared")} className="ms-2 inline size-3.5 text-muted" />
      ) : null}
    </MenuItem>
  );
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
        {own.length > 0 ? <MenuHeading>{t("own")}</MenuHeading> : null}
        {own.map(item)}
        {shared.length > 0 ? <MenuHeading>{t("shared")}</MenuHeading> : null}
        {shared.map(item)}
        <MenuItem onSelect={() => setSaving(true)}>{t("save")}</MenuItem>
        {chosen?.isOwn ? (
          <MenuItem onSelect={() => remove.mutate(chosen.viewId)}>
            {t("remove", { name: chosen.name })}
          </MenuItem>
        ) : null}
      </Menu>
      {isSaving ? (
        <SaveViewDialog
          tenantId={tenantId}
          page={page}
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

/** The viewer's own views of a page and those that others share: what the URL says, under a name. */
export function SavedViews(props: SavedViewsProps) {
  return (
    <LiveQueries>
      <SavedViewsBody {...props} />
    </LiveQueries>
  );
}
