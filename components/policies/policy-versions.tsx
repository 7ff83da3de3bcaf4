"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { PolicyDetail } from "./policy-shapes.ts";

/** Every version of a policy, newest first, with its text. */
export function PolicyVersions({ versions }: { versions: PolicyDetail["versions"] }) {
  const t = useTranslations("policies");
  return (
    <Section look="card" title={t("versions")}>
      <ol>
        {versions.map((version) => (
          <li key={version.version} className="border-line border-b px-4 py-2 last:border-b-0">
            <details>
              <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3">
                <span className="font-medium">{t("version", { version: version.version })}</span>
                {version.isRetirement ? <span>{t("retirement")}</span> : null}
                <span className="ms-auto text-muted text-sm">
                  <ClockTime at={version.savedAt} />
                </span>
              </summary>
              <pre
                dir="ltr"
                className="mt-2 whitespace-pre-wrap break-words rounded-md bg-sunken p-3 text-sm"
              >
                {version.source}
              </pre>
            </details>
          </li>
        ))}
      </ol>
    </Section>
  );
}
