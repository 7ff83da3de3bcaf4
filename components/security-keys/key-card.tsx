"use client";
import { KeyRound } from "lucide-react";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { SecurityKeyView } from "#server/features/step-up/schema.ts";
import type { KeyAct } from "./security-keys-screen.tsx";

interface KeyCardProps {
  securityKey: SecurityKeyView;
  onAct: (act: KeyAct) => void;
}

/** One key: what it is called, of which kind, added and used when. */
export function KeyCard({ securityKey: key, onAct }: KeyCardProps) {
  const t = useTranslations("stepUp.keys");
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 rounded-lg border border-line bg-raised px-4 py-3">
      <div className="flex min-w-0 gap-3">
        <KeyRound aria-hidden className="mt-1 size-4 shrink-0 text-muted" />
        <div className="min-w-0">
          <h2 className="wrap-anywhere font-medium">
            <bdi className="font-sans">{key.name}</bdi>
          </h2>
          <p className="text-muted text-sm">{t(key.isSynced ? "synced" : "deviceBound")}</p>
          <dl className="flex flex-wrap gap-x-4 pt-1 text-sm">
            <div className="flex gap-1">
              <dt className="text-muted">{t("columnAdded")}</dt>
              <dd>
                <Time at={key.createdAt} />
              </dd>
            </div>
            <div className="flex gap-1">
              <dt className="text-muted">{t("columnUsed")}</dt>
              <dd>{key.lastUsedAt ? <Time at={key.lastUsedAt} /> : t("never")}</dd>
            </div>
          </dl>
          {key.suspectedAt ? <Status tone="danger">{t("suspected")}</Status> : null}
        </div>
      </div>
      <div className="flex gap-2">
        <Button size="sm" onClick={() => onAct({ kind: "rename", key })}>
          {t("rename")}
        </Button>
        <Button size="sm" onClick={() => onAct({ kind: "remove", key })}>
          {t("remove")}
        </Button>
      </div>
    </li>
  );
}
