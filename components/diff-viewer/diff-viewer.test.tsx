import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import common from "../../messages/en/common.json" with { type: "json" };
import diff from "../../messages/en/diff.json" with { type: "json" };
import { DiffViewer } from "./diff-viewer.tsx";

const url = vi.hoisted(() => ({ params: new URLSearchParams() }));
vi.mock("next/navigation", () => ({
  usePathname: () => "/t/a/drift",
  useSearchParams: () => url.params,
}));
beforeEach(() => {
  url.params = new URLSearchParams();
});

const LABEL = "What differs";
type Props = Parameters<typeof DiffViewer>[0];
function html(props: Omit<Props, "label">): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale="en"
      messages={{ common, diff }}
      timeZone="UTC"
      onError={(error) => {
        throw error;
      }}
    >
      <DiffViewer label={LABEL} {...props} />
    </NextIntlClientProvider>,
  );
}

const fields = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`key-${at}`, `v${at}`]));
const map = (data: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings" },
  data: { ...fields, ...data },
});

describe("the diff viewer", () => {
  it("says what changed by sign and word, and names who wrote it", () => {
    const text = html({
      differences: [
        {
          path: "/spec/replicas",
          kind: "changed",
          desired: 3,
          live: 1,
          manager: "kubectl-scale",
        },
        { path: "/spec/paused", kind: "extra", live: true },
        { path: "/spec/minReadySeconds", kind: "missing", desired: 5 },
      ],
    });
    expect(text).toContain("3 fields differ");
    for (const word of ["Changed.", "Only in the live object.", "Missing from the live object."])
      expect(text).toContain(word);
    for (const sign of [">~<", ">+<", ">−<"]) expect(text).toContain(sign);
    expect(text).toContain("Written by kubectl-scale");
    expect(text).toMatch(/dir="ltr"[^>]*>.*replicas: 3/s);
  });

  it("folds what did not change, and never what did", () => {
    const [desired, live] = [map({ mode: "safe" }), map({ mode: "fast" })];
    const { differences } = diffObjects({ desired, live });
    const text = html({ differences, documents: { desired, live } });
    expect(text).toContain("mode: safe");
    expect(text).toContain("mode: fast");
    expect(text).toMatch(/<button[^>]*>.*\d+ lines without a difference/s);
    expect(text).toContain("key-39: v39");
    expect(text).not.toContain("key-10: v10");
  });

  it("never shows a value of a Secret, but whether two are equal", () => {
    const secret = (password: string): JsonObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "db" },
      stringData: { password },
    });
    const [desired, live] = [secret("hunter2"), secret("hunter3")];
    const { differences } = diffObjects({ desired, live });
    const text = html({ differences });
    expect(text).not.toContain("hunter");
    expect(text).toContain("hidden 1");
    expect(text).toContain("hidden 2");
    expect(text).toContain("Two with the same number are equal");
    // A text that only speaks of a hidden value is what it says.
    const told = html({
      differences: [{ path: "/data/a", kind: "extra", live: "see [masked 1]" }],
    });
    expect(told).toContain("see [masked 1]");
    expect(told).not.toContain("equal");
  });

  it("keeps in the URL how it is looked at", () => {
    const differences: Props["differences"] = [
      { path: "/spec/replicas", kind: "changed", desired: 3, live: 1 },
    ];
    expect(html({ differences })).toContain("@2xl:grid-cols-2");
    url.params = new URLSearchParams("diff=inline");
    expect(html({ differences })).not.toContain("@2xl:grid-cols-2");
    url.params = new URLSearchParams("by=field");
    const byField = html({ differences });
    expect(byField).toContain("Copy /spec/replicas");
    expect(byField).not.toContain("spec:");
  });
});
