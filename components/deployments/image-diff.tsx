"use client";
import { useTranslations } from "next-intl";
import { Identifier } from "#components/ui/identifier.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { ImageChange } from "#server/features/deployments/schema.ts";

const TONES: Record<ImageChange["change"], Tone> = {
  new: "info",
  changed: "due",
  same: "ok",
  removed: "danger",
};

interface ImageDiffProps {
  images: readonly ImageChange[];
  isConfigChanged: boolean;
  /** With both digests of the configuration, on the page of the case. */
  config?: { wanted: string; running: string | null };
}

/** What would change against what runs: digest by digest. */
export function ImageDiff({ images, isConfigChanged, config }: ImageDiffProps) {
  const t = useTranslations("deployments.images");
  return (
    <ul className="flex flex-col gap-2 text-sm">
      {images.map(({ repository, tag, change, digest, runningDigest }) => (
        <li key={repository} className="min-w-0">
          <p className="flex flex-wrap items-center gap-x-2">
            <bdi dir="ltr" className="break-all font-medium">
              {tag ? `${repository}:${tag}` : repository}
            </bdi>
            <Status tone={TONES[change]} look="plain">
              {t(change)}
            </Status>
          </p>
          {change === "same" ? null : (
            <p className="flex flex-wrap items-center gap-x-3 text-muted text-xs">
              {runningDigest ? (
                <span className="inline-flex items-center gap-1">
                  {t("from")} <Identifier value={runningDigest} ends={13} />
                </span>
              ) : null}
              {digest ? (
                <span className="inline-flex items-center gap-1">
                  {t("to")} <Identifier value={digest} ends={13} />
                </span>
              ) : null}
            </p>
          )}
        </li>
      ))}
      <li>
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-medium">{t("config")}</span>
          <Status tone={isConfigChanged ? "due" : "ok"} look="plain">
            {t(isConfigChanged ? "configChanged" : "configSame")}
          </Status>
        </p>
        {config && isConfigChanged ? (
          <p className="flex flex-wrap items-center gap-x-3 text-muted text-xs">
            {config.running ? (
              <span className="inline-flex items-center gap-1">
                {t("from")} <Identifier value={config.running} ends={13} />
              </span>
            ) : null}
            <span className="inline-flex items-center gap-1">
              {t("to")} <Identifier value={config.wanted} ends={13} />
            </span>
          </p>
        ) : null}
      </li>
    </ul>
  );
}
