"use client";
import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { PlanPreview as Preview } from "#server/features/onboarding/views.ts";

const CODES = [
  "tenant-record",
  "payload-key",
  "log",
  "binding",
  "vault-policy",
  "vault-role",
  "realm-new",
  "realm-existing",
  "console-client",
  "sign-in",
  "first-admin",
  "manifests",
  "open",
] as const;

/** Everything that will be made, in its order; and what is in the way. */
export function PlanPreview({ preview }: { preview: Preview }) {
  const t = useTranslations("tenants");
  return (
    <div className="flex flex-col gap-4">
      {preview.obstacles.map((each) => (
        <Status key={each} tone="danger" isSentence>
          {t(`obstacle.${each}`)}
        </Status>
      ))}
      <Status tone={preview.needsApproval ? "due" : "info"} isSentence>
        {t(preview.needsApproval ? "form.needsApproval" : "form.noApproval")}
      </Status>
      <Section title={t("form.things")}>
        <ol className="flex flex-col text-sm">
          {preview.things.map(({ step, code, name }) => {
            const known = CODES.find((each) => each === code);
            return (
              <li
                key={`${step}/${code}/${name}`}
                className="flex flex-wrap items-baseline gap-x-3 border-line border-b py-1 last:border-b-0"
              >
                <span>{known ? t(`code.${known}`) : code}</span>
                <bdi dir="ltr" className="ms-auto min-w-0 break-all font-mono text-muted text-xs">
                  {name}
                </bdi>
              </li>
            );
          })}
        </ol>
      </Section>
      <Section title={t("panel.manifests")}>
        <p className="text-muted text-xs">{t("panel.manifestsAbout")}</p>
        <pre
          dir="ltr"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          className="max-h-60 overflow-auto rounded-md border border-line bg-surface p-3 text-start font-mono text-xs"
        >
          {preview.manifests}
        </pre>
      </Section>
    </div>
  );
}
