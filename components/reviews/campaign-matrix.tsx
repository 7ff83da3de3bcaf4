"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import type { CampaignView } from "#server/features/access-reviews/schema.ts";
import { MatrixTable } from "./matrix-table.tsx";
import { isShown, peopleOf, rolesOf, SHOWN, type Shown } from "./people-of.ts";

const RevokeDialog = dynamic(async () => (await import("./revoke-dialog.tsx")).RevokeDialog, {
  ssr: false,
});

/** People by roles: choose one, a row, a column or all that is undecided; keep them, or revoke with a reason. */
export function CampaignMatrix({ tenantId, view }: { tenantId: string; view: CampaignView }) {
  const t = useTranslations("reviews");
  const router = useRouter();
  const [shown, setShown] = useState<Shown>("all");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isRevoking, setRevoking] = useState(false);
  const { isBusy, failure, run } = useAct();
  const mayDecide = view.yourPart === "may-decide";
  const entries = useMemo(
    () => view.entries.filter((entry) => isShown(entry, shown)),
    [view, shown],
  );
  const decidable = entries.filter((entry) => !entry.isOwn && !entry.goneAt);
  const itemIds = decidable.map(({ itemId }) => itemId).filter((id) => chosen.has(id));

  function toggle(ids: readonly string[], isOn: boolean) {
    const next = new Set(chosen);
    for (const id of ids) isOn ? next.add(id) : next.delete(id);
    setChosen(next);
  }

  function done(decided: number, title: string) {
    if (decided > 0) showToast({ tone: "ok", title });
    setChosen(new Set());
    router.refresh();
  }

  function keep() {
    const { campaignId } = view;
    run(
      async () => {
        const { consoleClient } = await import("#components/trpc/console-client.ts");
        const input = { campaignId, itemIds, decision: "keep" as const };
        return consoleClient(tenantId).accessReviews.decide.mutate(input);
      },
      ({ decided }) => done(decided, t("keep.done", { count: decided })),
    );
  }

  const undecided = decidable.filter(({ decision }) => !decision).map(({ itemId }) => itemId);
  const blocked = itemIds.length === 0 ? t("matrix.chooseFirst") : null;
  return (
    <Section look="card" title={t("matrix.title")}>
      <div className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2">
        <Select
          aria-label={t("matrix.filter")}
          value={shown}
          onChange={(event) => setShown(event.target.value as Shown)}
        >
          {SHOWN.map((name) => (
            <option key={name} value={name}>
              {t(`matrix.show.${name}`)}
            </option>
          ))}
        </Select>
        {mayDecide ? (
          <>
            <Button size="sm" onClick={() => setChosen(new Set(undecided))}>
              {t("matrix.chooseUndecided")}
            </Button>
            <span className="text-muted text-sm" aria-live="polite">
              {t("matrix.chosen", { count: itemIds.length })}
            </span>
            <span className="ms-auto flex gap-2">
              <Button
                size="sm"
                look="primary"
                isBusy={isBusy}
                disabledReason={blocked}
                onClick={keep}
              >
                {itemIds.length > 0
                  ? t("matrix.keepAll", { count: itemIds.length })
                  : t("matrix.keep")}
              </Button>
              <Button
                size="sm"
                look="danger"
                disabledReason={blocked}
                onClick={() => setRevoking(true)}
              >
                {t("matrix.revoke")}
              </Button>
            </span>
          </>
        ) : null}
      </div>
      {failure ? (
        <p role="alert" className="bg-danger-tint px-4 py-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      {entries.length === 0 ? (
        <EmptyState title={t(view.items === 0 ? "matrix.empty" : "matrix.nothing")}>
          {view.items === 0 ? t("directory.none") : null}
        </EmptyState>
      ) : (
        <MatrixTable
          people={peopleOf(entries)}
          roles={rolesOf(entries)}
          chosen={chosen}
          onToggle={mayDecide ? toggle : null}
        />
      )}
      {isRevoking ? (
        <RevokeDialog
          tenantId={tenantId}
          campaignId={view.campaignId}
          itemIds={itemIds}
          onClose={() => setRevoking(false)}
          onDone={(decided) => {
            setRevoking(false);
            done(decided, t("revoke.done", { count: decided }));
          }}
        />
      ) : null}
    </Section>
  );
}
