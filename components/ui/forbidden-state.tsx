import { ShieldX } from "lucide-react";
import { useTranslations } from "next-intl";
import { StateMessage } from "./state-message.tsx";

/** The person may not see this: it names the scope, so that she knows what to ask for. */
export function ForbiddenState({ scope }: { scope: string }) {
  const t = useTranslations("common.states");
  return (
    <StateMessage icon={ShieldX} title={t("forbiddenTitle")}>
      {t.rich("forbiddenBody", { scope: () => <bdi dir="ltr">{scope}</bdi> })}
    </StateMessage>
  );
}
