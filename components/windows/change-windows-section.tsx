"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import { dayNames } from "./day-names.ts";
import type { ChangeWindow, ChangeWindowsView, EnvironmentWindows } from "./windows-view.ts";

const WindowsDialog = dynamic(async () => (await import("./windows-dialog.tsx")).WindowsDialog, {
  ssr: false,
});

interface ChangeWindowsSectionProps {
  tenantId: string;
  windows: ChangeWindowsView;
  mayManage: boolean;
}

/** When scheduled rotations of each environment may start, and what no window is in time for. */
export function ChangeWindowsSection({ tenantId, windows, mayManage }: ChangeWindowsSectionProps) {
  const t = useTranslations("windows");
  const router = useRouter();
  const [open, setOpen] = useState<EnvironmentWindows | null>(null);
  return (
    <Section look="card" title={t("title")}>
      <p className="px-4 pt-3 text-muted text-sm">{t("lead")}</p>
      <ul>
        {windows.environments.map((each) => (
          <li
            key={each.environment}
            className="flex flex-wrap items-start gap-x-6 gap-y-2 border-line border-b px-4 py-3 last:border-b-0"
          >
            <p className="basis-24 font-medium">{each.environment}</p>
            <div className="min-w-0 flex-1 basis-64 text-sm">
              <WindowList environment={each} />
            </div>
            <Button
              size="sm"
              disabledReason={mayManage ? null : t("mayNot")}
              aria-label={t("change", { environment: each.environment })}
              onClick={() => setOpen(each)}
            >
              {t("change", { environment: "" })}
            </Button>
          </li>
        ))}
      </ul>
      {open ? (
        <WindowsDialog
          tenantId={tenantId}
          environment={open}
          onClose={() => setOpen(null)}
          onSaved={() => {
            setOpen(null);
            router.refresh();
          }}
        />
      ) : null}
    </Section>
  );
}

function WindowList({ environment }: { environment: EnvironmentWindows }) {
  const t = useTranslations("windows");
  const { windows, isOpen, opensAt, unmet } = environment;
  if (windows.length === 0) return <p className="text-muted">{t("always")}</p>;
  return (
    <>
      <ul>
        {windows.map((window, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list that is only shown
          <li key={at}>
            <WindowText window={window} />
          </li>
        ))}
      </ul>
      <p className="flex flex-wrap items-center gap-2 text-muted">
        <Status tone={isOpen ? "ok" : "unknown"} look="plain">
          {t(isOpen ? "open" : "closed")}
        </Status>
        {isOpen || !opensAt ? null : (
          <span>
            {t("opens")} <ClockTime at={opensAt} />
          </span>
        )}
      </p>
      {unmet > 0 ? <p className="text-danger">{t("unmet", { count: unmet })}</p> : null}
    </>
  );
}

function WindowText({ window }: { window: ChangeWindow }) {
  const t = useTranslations("windows");
  const names = dayNames(useLocale());
  const { start, end } = window;
  const days = window.days.map((day) => names[day - 1]).join(", ");
  return (
    <>
      {t("text", { days, start, end: end <= start ? t("nextDay", { end }) : end })}{" "}
      <bdi dir="ltr" className="text-muted">
        {window.timeZone}
      </bdi>
    </>
  );
}
