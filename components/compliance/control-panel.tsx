"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CheckView, ControlView, FrameworkView } from "#server/features/compliance/views.ts";
import { CheckHistory } from "./check-history.tsx";
import { CheckItem } from "./check-item.tsx";
import { STATE_TONE } from "./state-tone.ts";

interface ControlPanelProps {
  tenantId: string;
  framework: FrameworkView;
  control: ControlView;
  title: string;
  /** Those that bear on it. */
  checks: readonly CheckView[];
  onClose: () => void;
}

/** One control: its state, each check with its evidence, and how they changed. */
export function ControlPanel(props: ControlPanelProps) {
  const { tenantId, framework, control, title, checks, onClose } = props;
  const t = useTranslations("compliance");
  const query = encodeURIComponent("type:runtime.compliance.*");
  return (
    <DetailPanel
      title={title}
      kind={
        <>
          {t(`frameworkTitle.${framework.id}`)} · <bdi dir="ltr">{control.id}</bdi>
        </>
      }
      onClose={onClose}
    >
      <p>
        <Status tone={STATE_TONE[control.state]}>{t(`state.${control.state}`)}</Status>
      </p>
      <Section title={t("control-detail.checks")}>
        <ul className="flex flex-col gap-4">
          {checks.map((check) => (
            <CheckItem key={check.checkId} tenantId={tenantId} check={check} />
          ))}
        </ul>
      </Section>
      <Section title={t("control-detail.history")}>
        <CheckHistory tenantId={tenantId} checks={checks} />
        <Link className="text-accent text-sm underline" href={`/t/${tenantId}/audit?q=${query}`}>
          {t("control-detail.inLog")}
        </Link>
      </Section>
    </DetailPanel>
  );
}
