"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { CredentialVersion } from "#server/features/rotation/versions-schema.ts";

/** The versions of a value that rotations made and ended: numbers and times, never what they hold. */
export function CredentialVersions({ versions }: { versions: readonly CredentialVersion[] }) {
  const t = useTranslations("rotations.versions");
  const time = (at: Date | null, otherwise: string) =>
    at ? <ClockTime at={at} /> : <span className="text-muted">{otherwise}</span>;
  return (
    <Section title={t("title")}>
      {versions.length === 0 ? (
        <p className="text-muted text-sm">{t("none")}</p>
      ) : (
        <table className="w-full border-collapse text-sm">
          <caption className="sr-only">{t("title")}</caption>
          <thead>
            <tr className="border-line border-b text-muted text-xs">
              <th scope="col" className="py-1 text-start font-medium">
                {t("version")}
              </th>
              <th scope="col" className="py-1 text-start font-medium">
                {t("made")}
              </th>
              <th scope="col" className="py-1 text-start font-medium">
                {t("ended")}
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((row) => (
              <tr key={row.version} className="border-line border-b last:border-b-0">
                <th scope="row" className="py-1 text-start font-normal">
                  {row.version}
                  {row.isCurrent ? <span className="text-ok">{` ${t("current")}`}</span> : null}
                </th>
                <td className="py-1">{time(row.madeAt, t("before"))}</td>
                <td className="py-1">{time(row.endedAt, row.isCurrent ? "–" : t("notProved"))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
