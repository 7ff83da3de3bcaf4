import type { AnyRouter } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { wire } from "#server/engines/wire/wire.ts";
import { requestContext } from "#server/trpc/context.ts";

export interface Answer {
  status: number;
  /** The whole response as text: what a foreign canary would be found in. */
  text: string;
  ok: boolean;
  /** Our own error code, or tRPC's. */
  code: string | undefined;
}

interface Procedure {
  _def: { type: "query" | "mutation" | "subscription"; inputs: unknown[] };
}

/** Every procedure of a router by its path, as tRPC itself would find it. */
export function proceduresOf(router: AnyRouter): Map<string, Procedure["_def"]> {
  const found = router._def.procedures as unknown as Record<string, Procedure>;
  return new Map(Object.entries(found).map(([path, procedure]) => [path, procedure._def]));
}

/** One HTTP request through tRPC's own handler, with the context that the route makes. */
export async function callProcedure(
  router: AnyRouter,
  path: string,
  type: string,
  input: unknown,
  headers: Headers,
): Promise<Answer> {
  const body = JSON.stringify(wire.serialize(input));
  const url = `http://localhost:3000/api/trpc/${path}`;
  const sent = new Headers(headers);
  sent.set("content-type", "application/json");
  const req =
    type === "mutation"
      ? new Request(url, { method: "POST", headers: sent, body })
      : new Request(`${url}?input=${encodeURIComponent(body)}`, { headers: sent });
  const response = await fetchRequestHandler({
    endpoint: "/api/trpc",
    req,
    router,
    createContext: () => requestContext(sent),
  });
  return answerOf(response);
}

export async function answerOf(response: Response): Promise<Answer> {
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const text = Buffer.from(await response.arrayBuffer()).toString("utf8");
  return {
    status: response.status,
    text: `${headers}\n\n${text}`,
    ok: response.status < 400,
    code: /"app":\{"json":.*?"code":"(\w+)"|"code":"([a-z_]+)"/.exec(text)?.slice(1).find(Boolean),
  };
}
