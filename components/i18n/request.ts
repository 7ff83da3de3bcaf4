import { cookies } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { LOCALE_COOKIE, localeOf } from "./locales.ts";
import { type MessageTree, mergeMessages } from "./merge-messages.ts";
import { NAMESPACES, type Namespace } from "./namespaces.ts";

async function load(locale: string, namespace: Namespace): Promise<MessageTree> {
  return (await import(`../../messages/${locale}/${namespace}.json`)).default as MessageTree;
}

/** Messages of the reader's language, each missing one taken from English; times in UTC. */
export default getRequestConfig(async () => {
  const locale = localeOf((await cookies()).get(LOCALE_COOKIE)?.value);
  const entries = await Promise.all(
    NAMESPACES.map(async (namespace) => {
      const english = await load("en", namespace);
      if (locale === "en") return [namespace, english] as const;
      return [namespace, mergeMessages(english, await load(locale, namespace))] as const;
    }),
  );
  return { locale, timeZone: "UTC", messages: Object.fromEntries(entries) };
});
