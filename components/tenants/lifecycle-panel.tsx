"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import { Timeline } from "#components/ui/timeline.tsx";
import type { LifecycleDetail } from "#server/features/onboarding/views.ts";
import { saveFile } from "./save-file.ts";
import { takeExport } from "./take-export.ts";
import { LIFE_TONE, STEP_STAGE } from "./tenant-tone.ts";
import type { TenantRights } from "./tenants-screen.tsx";

const CancelForm = dynamic(async () => (await import("./cancel-form.tsx")).CancelForm, {
  ssr: false,
});

interface LifecyclePanelProps {
  tenantId: string;
  detail: LifecycleDetail;
  may: TenantRights;
  onClose: () => void;
}

/** One act about a tenant: its steps with what went wrong, and what it gives out. */
export function LifecyclePanel({ tenantId, detail, may, onClose }: LifecyclePanelProps) {
  const t = useTranslations("tenants");
  const trouble = useTranslations("trouble");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [isCanceling, setCanceling] = useState(false);
  const { lifecycle, manifests, exportManifest } = detail;
  const { lifecycleId, state, act } = lifecycle;
  const hasTrouble = lifecycle.steps.some((step) => step.state === "failed");
  const mayCancel =
    state === "awaiting_approval" ||
    state === "waiting" ||
    (state === "stopped" && act === "onboard");

  function retry() {
    run(
      () => consoleClient(tenantId).onboarding.retry.mutate({ lifecycleId }),
      () => {
        showToast({ tone: "ok", title: t("retried") });
        router.refresh();
      },
    );
  }
  function take() {
    run(
      () => takeExport(tenantId, lifecycleId),
      () => showToast({ tone: "ok", title: t("taken") }),
    );
  }

  return (
    <DetailPanel
      title={lifecycle.displayName}
      kind={t(`act.${act}`)}
      onClose={onClose}
      actions={
        <>
          {state === "stopped" || (state === "carrying_out" && hasTrouble) ? (
            <Button
              look="primary"
              isBusy={isBusy}
              disabledReason={may.onboard ? null : t("mayNotOnboard")}
              onClick={retry}
            >
              {t("retry")}
            </Button>
          ) : null}
          {lifecycle.exportBytes !== null ? (
            <Button
              isBusy={isBusy}
              disabledReason={may.export ? null : t("mayNotExport")}
              onClick={take}
            >
              {t("takeExport")}
            </Button>
          ) : null}
          {mayCancel ? (
            <Button
              disabledReason={may.offboard ? null : t("mayNotOffboard")}
              onClick={() => setCanceling(true)}
            >
              {t("cancel")}
            </Button>
          ) : null}
        </>
      }
    >
      <p>
        <Status tone={LIFE_TONE[state]}>{t(`life.${state}`)}</Status>
      </p>
      {failure ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      <KeyValueList
        facts={[
          { name: t("tenant"), value: <bdi dir="ltr">{lifecycle.slug}</bdi> },
          {
            name: t("panel.asked", { name: lifecycle.requester }),
            value: <Time at={lifecycle.requestedAt} />,
          },
          { name: t("panel.reason"), value: lifecycle.reason },
          ...(lifecycle.approvalId
            ? [
                {
                  name: t("panel.approval"),
                  value: (
                    <Link
                      className="text-accent hover:underline"
                      href={`/t/${tenantId}/inbox?approval=${lifecycle.approvalId}`}
                    >
                      {t("panel.toApproval")}
                    </Link>
                  ),
                },
              ]
            : []),
          ...times(),
          ...(lifecycle.endNote ? [{ name: t("panel.endNote"), value: lifecycle.endNote }] : []),
        ]}
      />
      <Section title={t("panel.steps")}>
        <Timeline
          label={t("panel.steps")}
          steps={lifecycle.steps.map((step) => ({
            key: String(step.stepNo),
            title: t(`step.${step.kind}`),
            stage: STEP_STAGE[step.state],
            stageLabel: t(`stepState.${step.state}`),
            detail: (
              <>
                {step.finishedAt ? <Time at={step.finishedAt} /> : null}
                {step.state === "doing" && step.attempt > 1
                  ? t("attempt", { count: step.attempt })
                  : null}
                {step.trouble ? (
                  <p className="break-words text-danger">
                    {trouble("detail", { text: step.trouble })}
                  </p>
                ) : null}
                {Object.entries(step.detail).map(([name, value]) => (
                  <p key={name} dir="ltr" className="break-all text-start">
                    {`${name}: ${value}`}
                  </p>
                ))}
              </>
            ),
          }))}
        />
      </Section>
      {manifests ? (
        <Text
          title={t("panel.manifests")}
          about={t("panel.manifestsAbout")}
          text={manifests}
          fileName={`${lifecycle.slug}.yaml`}
          type="application/yaml"
        />
      ) : null}
      {exportManifest ? (
        <Text
          title={t("panel.exportList")}
          about={t("panel.exportAbout")}
          text={exportManifest}
          fileName={`${lifecycle.slug}-export.list`}
          type="text/plain"
        />
      ) : null}
      {isCanceling ? (
        <CancelForm tenantId={tenantId} lifecycle={lifecycle} onClose={() => setCanceling(false)} />
      ) : null}
    </DetailPanel>
  );

  function times() {
    const { effectiveAt, finishedAt, exportUntil } = lifecycle;
    const rows = [
      ["effective", effectiveAt],
      ["ended", finishedAt],
      ["exportUntil", lifecycle.exportBytes === null ? null : exportUntil],
    ] as const;
    return rows.flatMap(([name, at]) =>
      at ? [{ name: t(`panel.${name}`), value: <Time at={at} /> }] : [],
    );
  }
}

interface TextProps {
  title: string;
  about: string;
  text: string;
  fileName: string;
  type: string;
}

function Text({ title, about, text, fileName, type }: TextProps) {
  const t = useTranslations("tenants");
  return (
    <Section
      title={title}
      aside={
        <Button size="sm" onClick={() => saveFile(fileName, [text], type)}>
          {t("panel.download")}
        </Button>
      }
    >
      <p className="text-muted text-xs">{about}</p>
      <pre
        dir="ltr"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="max-h-72 overflow-auto rounded-md border border-line bg-surface p-3 text-start font-mono text-xs"
      >
        {text}
      </pre>
    </Section>
  );
}
