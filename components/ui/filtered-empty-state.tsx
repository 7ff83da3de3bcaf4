"use client";
import { FilterX } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "./button.tsx";
import { StateMessage } from "./state-message.tsx";

/** Something exists, but nothing matches: offers to clear the filters. */
export function FilteredEmptyState({ onClear }: { onClear: () => void }) {
  const t = useTranslations("common.states");
  return (
    <StateMessage
      icon={FilterX}
      title={t("filteredTitle")}
      actions={<Button onClick={onClear}>{t("clearFilters")}</Button>}
    >
      {t("filteredBody")}
    </StateMessage>
  );
}
