"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type { RotationView } from "./credential-detail.ts";
import { RotationTimeline } from "./rotation-timeline.tsx";

/** The earlier rotations; each opens to its states. */
export function RotationHistory({ rotations }: { rotations: readonly RotationView[] }) {
  const t = useTranslations("rotations");
  return (
    <Section title={t("detail.history")}>
      {rotations.length === 0 ? (
        <p className="text-muted text-sm">{t("detail.noHistory")}</p>
      ) : (
        <ul className="flex flex-col">
          {rotations.map((rotation) => (
            <li key={rotation.rotationId} className="border-line border-b last:border-b-0">
              <details>
                <summary className="min-h-9 py-2 text-sm hover:bg-hover">
                  <span className="font-medium">{t(`rotation.${rotation.state}`)}</span>
                  <span className="text-muted">
                    {" · "}
                    <ClockTime at={rotation.createdAt} />
                  </span>
                </summary>
                <div className="pb-3 ps-4">
                  <RotationTimeline rotation={rotation} />
                </div>
              </details>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
