import { useTranslations } from "next-intl";
import { type Media, notationOf } from "./api-document.ts";
import { ExampleBlock } from "./example-block.tsx";
import { SchemaMembers } from "./schema-members.tsx";

/** What a body may be: its types, its members, an example. Types of the same shape are told once. */
export function MediaList({ of, content }: { of: string; content: Record<string, Media> }) {
  const t = useTranslations("api");
  const types = Object.keys(content);
  const [media] = Object.values(content);
  if (!media) return null;
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
        <span className="text-muted">{t("mediaType")}</span>
        <bdi dir="ltr" className="break-all font-mono text-xs">
          {types.join(", ")}
        </bdi>
        <bdi dir="ltr" className="break-all font-mono text-muted text-xs">
          {notationOf(media.schema)}
        </bdi>
      </p>
      <SchemaMembers schema={media.schema} />
      {media.example === undefined ? null : <ExampleBlock of={of} example={media.example} />}
    </div>
  );
}
