"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { BreakGlassOverview, PrincipalView } from "#server/features/break-glass/schema.ts";
import { useEnvironmentName } from "./environment-name.ts";

const DeclareDialog = dynamic(async () => (await import("./declare-dialog.tsx")).DeclareDialog, {
  ssr: false,
});
const RetireDialog = dynamic(async () => (await import("./retire-dialog.tsx")).RetireDialog, {
  ssr: false,
});

const TONES: Record<PrincipalView["state"], Tone> = {
  declared: "due",
  active: "ok",
  retiring: "due",
  retired: "unknown",
  refused: "danger",
};

interface PrincipalsSectionProps {
  tenantId: string;
  overview: BreakGlassOverview;
}

/** Who is declared, for what and how long; and what blocks their next use. */
export function PrincipalsSection({ tenantId, overview }: PrincipalsSectionProps) {
  const t = useTranslations("breakGlass.who");
  const router = useRouter();
  const environment = useEnvironmentName();
  const [open, setOpen] = useState<"declare" | PrincipalView | null>(null);
  const blocked = overview.mayDeclare ? null : t("mayNot");
  const close = () => setOpen(null);
  const done = () => {
    close();
    router.refresh();
  };
  return (
    <Section
      look="card"
      title={t("title")}
      aside={
        <Button size="sm" disabledReason={blocked} onClick={() => setOpen("declare")}>
          {t("declare")}
        </Button>
      }
    >
      {overview.principals.length === 0 ? (
        <EmptyState title={t("title")}>{t("none")}</EmptyState>
      ) : (
        <ul>
          {overview.principals.map((principal) => (
            <li
              key={principal.principalId}
              className="flex flex-col gap-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
            >
              <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <bdi className="font-medium">{principal.personName}</bdi>
                <span>{environment(principal.environment)}</span>
                <span className="text-muted">{t("most", { minutes: principal.maxMinutes })}</span>
                {principal.isDemo ? <Status tone="info">{t("demo")}</Status> : null}
                <span className="ms-auto flex flex-wrap items-center gap-3">
                  <Status tone={TONES[principal.state]} look="plain">
                    {t(`state.${principal.state}`)}
                  </Status>
                  {principal.state === "active" ? (
                    <Button
                      size="sm"
                      look="quiet"
                      disabledReason={blocked}
                      onClick={() => setOpen(principal)}
                    >
                      {t("retire")}
                    </Button>
                  ) : null}
                </span>
              </p>
              <p className="flex flex-wrap gap-x-2">
                {principal.scopes.map((scope) => (
                  <bdi key={scope} dir="ltr" className="font-mono text-xs">
                    {scope}
                  </bdi>
                ))}
              </p>
              <p className="break-words text-muted text-xs">
                <q>{principal.reason}</q> · {t("declaredBy", { name: principal.declaredByName })}
                {principal.blockedBy && principal.blockedBy !== "not-in-force" ? (
                  <>
                    {" · "}
                    <Status tone="due" look="plain">
                      {t(`blocked.${principal.blockedBy}`)}
                    </Status>
                  </>
                ) : null}
                {principal.approvalId &&
                (principal.state === "declared" || principal.state === "retiring") ? (
                  <>
                    {" · "}
                    <Link
                      href={`/t/${tenantId}?approval=${principal.approvalId}`}
                      className="text-accent underline"
                    >
                      {t("approval")}
                    </Link>
                  </>
                ) : null}
              </p>
            </li>
          ))}
        </ul>
      )}
      {open === "declare" ? (
        <DeclareDialog tenantId={tenantId} overview={overview} onClose={close} onDone={done} />
      ) : null}
      {open && open !== "declare" ? (
        <RetireDialog tenantId={tenantId} principal={open} onClose={close} onDone={done} />
      ) : null}
    </Section>
  );
}
