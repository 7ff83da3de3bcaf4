import { SearchX } from "lucide-react";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { StateMessage } from "#components/ui/state-message.tsx";

/** What does not exist and what belongs to another tenant look the same. */
export default async function NotFound() {
  const t = await getTranslations("errors.notFound");
  return (
    <main className="mx-auto flex min-h-dvh max-w-2xl items-center">
      <StateMessage
        icon={SearchX}
        title={t("title")}
        heading="h1"
        actions={
          <Link href="/" className="font-medium text-accent underline">
            {t("home")}
          </Link>
        }
      >
        {t("body")}
      </StateMessage>
    </main>
  );
}
