import { SearchX } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { StateMessage } from "#components/ui/state-message.tsx";

/** What does not exist in this tenant, with the frame around it. */
export default async function TenantNotFound() {
  const t = await getTranslations("errors.notFound");
  return (
    <StateMessage icon={SearchX} title={t("title")} heading="h1">
      {t("body")}
    </StateMessage>
  );
}
