import { expect, test } from "vitest";
import { withLimitedBody } from "./limited-body.ts";

const url = "https://console.example.om/api";

function streamed(chunks: number, chunkBytes: number): { request: Request; pulled: () => number } {
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent === chunks) return controller.close();
      sent += 1;
      controller.enqueue(new Uint8Array(chunkBytes));
    },
  });
  const request = new Request(url, { method: "POST", body, duplex: "half" } as RequestInit);
  return { request, pulled: () => sent };
}

test("a body within the limit arrives whole, with method and headers", async () => {
  const request = new Request(url, {
    method: "POST",
    body: "x".repeat(100),
    headers: { "x-tenant": "a" },
  });
  const limited = await withLimitedBody(request, 100);
  expect(await limited.text()).toBe("x".repeat(100));
  expect(limited.method).toBe("POST");
  expect(limited.headers.get("x-tenant")).toBe("a");
});

test("no body is no problem", async () => {
  const request = new Request(url);
  expect(await withLimitedBody(request)).toBe(request);
});

test("an announced length is refused unread", async () => {
  const { request, pulled } = streamed(1_000, 1_024);
  const announced = new Request(request, { headers: { "content-length": "1024000" } });
  await expect(withLimitedBody(announced, 1_024)).rejects.toMatchObject({ code: "too_large" });
  expect(pulled()).toBeLessThan(5);
});

test("a lie about the length is found while reading, not after", async () => {
  const { request, pulled } = streamed(1_000, 1_024);
  await expect(withLimitedBody(request, 10 * 1_024)).rejects.toMatchObject({
    code: "too_large",
    details: { field: "body" },
  });
  expect(pulled()).toBeLessThan(20);
});
