"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Section } from "#components/ui/section.tsx";
import type {
  EnvironmentPolicySpec,
  EnvironmentView,
} from "#server/features/deployments/schema.ts";
import { PolicySentences } from "./policy-sentences.tsx";

export interface EnvironmentVersion {
  version: number;
  policy: EnvironmentPolicySpec;
  reason: string;
  savedBy: string;
  savedAt: Date;
}

interface EnvironmentVersionsProps {
  environment: EnvironmentView["environment"];
  versions: readonly EnvironmentVersion[];
}

/** Every version of a policy, newest first, each in its sentences. */
export function EnvironmentVersions({ environment, versions }: EnvironmentVersionsProps) {
  const t = useTranslations("environments");
  return (
    <Section look="card" title={t("versions")}>
      <ul>
        {versions.map((version) => (
          <li
            key={version.version}
            className="border-line border-b px-4 py-2 text-sm last:border-b-0"
          >
            <p>
              {t("savedBy", { name: version.savedBy })} <ClockTime at={version.savedAt} />
              <span className="block text-muted">{version.reason}</span>
            </p>
            <details>
              <summary className="cursor-pointer font-medium">
                {t("version", { version: version.version })}
              </summary>
              <PolicySentences environment={environment} policy={version.policy} />
            </details>
          </li>
        ))}
      </ul>
    </Section>
  );
}
