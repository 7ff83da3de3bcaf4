import type { useTranslations } from "next-intl";

type Words = ReturnType<typeof useTranslations<"delivery">>;

/** Fields of configurations that have a word; a test holds them against the shapes. */
export const FIELD_NAMES = [
  "url",
  "index",
  "username",
  "password",
  "searchTerms",
  "ca",
  "format",
  "host",
  "port",
  "clientCertificate",
  "clientKey",
  "maxMessageBytes",
  "enterpriseNumber",
  "token",
  "servers",
  "subject",
  "stream",
  "acknowledgement",
  "apiKey",
  "service",
] as const;
export const CHOICE_NAMES = ["cloudevents", "ocsf", "required", "none", "included"] as const;

export function fieldWord(name: string, t: Words): string {
  const known = FIELD_NAMES.find((each) => each === name);
  return known ? t(`fields.${known}`) : name;
}

export function choiceWord(name: string, t: Words): string {
  const known = CHOICE_NAMES.find((each) => each === name);
  return known ? t(`choice.${known}`) : name;
}
