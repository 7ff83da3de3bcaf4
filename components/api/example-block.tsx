import { useTranslations } from "next-intl";

/** An example, as it travels. */
export function ExampleBlock({ of, example }: { of: string; example: unknown }) {
  const t = useTranslations("api");
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p className="text-muted text-xs">{t("example")}</p>
      <section
        aria-label={t("exampleOf", { name: of })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        dir="ltr"
        className="max-h-96 overflow-auto rounded-md border border-line bg-sunken p-3"
      >
        <pre className="font-mono text-xs">
          {typeof example === "string" ? example : JSON.stringify(example, null, 2)}
        </pre>
      </section>
    </div>
  );
}
