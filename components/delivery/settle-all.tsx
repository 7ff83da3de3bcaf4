"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";
import type { Settling } from "./settle-dialog.tsx";

interface SettleAllProps {
  sink: SinkView;
  mayManage: boolean;
  onSettle: (settling: Settling) => void;
}

/** Sends all of a sink's dead letters again, or gives them all up. */
export function SettleAll({ sink, mayManage, onSettle }: SettleAllProps) {
  const t = useTranslations("delivery");
  const { sinkId, name } = sink;
  return (["redrive", "discard"] as const).map((act) => (
    <Button
      key={act}
      size="sm"
      disabledReason={mayManage ? null : t("mayNot")}
      onClick={() => onSettle({ act, sink: { sinkId, name }, letterIds: null })}
    >
      {t(`letters.${act}All`, { sink: name })}
    </Button>
  ));
}
