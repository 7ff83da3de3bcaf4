"use client";
import { useTranslations } from "next-intl";
import type { IncidentView } from "#server/features/rotation/leaks/views.ts";

/** Which roles of the console see the reference, and what each may do with it. */
export function IncidentReaders({ roles }: { roles: IncidentView["consoleRoles"] }) {
  const t = useTranslations("incidents.readers");
  return (
    <div className="flex flex-col gap-1 text-sm">
      <h3 className="font-medium">{t("console")}</h3>
      <p className="text-muted">{t("consoleBody")}</p>
      <ul className="list-disc ps-5">
        {roles.map(({ role, mayRotate, mayOverride }) => (
          <li key={role}>
            <bdi dir="ltr" className="font-mono">
              {role}
            </bdi>
            {": "}
            {[mayRotate ? t("mayRotate") : "", mayOverride ? t("mayOverride") : ""]
              .filter(Boolean)
              .join(", ") || t("seesOnly")}
          </li>
        ))}
      </ul>
    </div>
  );
}
