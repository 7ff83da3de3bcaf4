import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { Persona } from "./persona.ts";

export interface RouteCall {
  label: string;
  request: Request;
  params?: Record<string, string | string[]>;
  /** The same call for what does not exist: both must answer alike. */
  twin?: { request: Request; params?: Record<string, string | string[]> };
  expect?: number;
}

interface RouteCase {
  methods: readonly string[];
  calls(who: Persona, foreignTenant: string): RouteCall[];
}

const BASE = "http://localhost:3000";
const get = (who: Persona | null, path: string) =>
  new Request(`${BASE}${path}`, { headers: who ? who.headers(null) : {} });

const ABSENT_TENANT = "no-such-tenant";

function logCalls(path: string, rest?: string[]): RouteCase {
  const of = (who: Persona | null, tenant: string) => ({
    request: get(who, `/api/v1/log/${tenant}/${path}`),
    params: { tenant, ...(rest ? { path: rest } : {}) },
  });
  return {
    methods: ["GET"],
    calls: (who, foreign) => [
      { label: "own log", ...of(who, who.tenant), expect: 200 },
      { label: "foreign log", ...of(who, foreign), twin: of(who, ABSENT_TENANT), expect: 404 },
      { label: "nobody", ...of(null, foreign), twin: of(null, ABSENT_TENANT), expect: 401 },
    ],
  };
}

/** A pipeline's routes want a token; there is no identity provider here, so every token is refused. */
function pipelineCalls(method: "GET" | "POST", rest: string): RouteCase {
  const of = (tenant: string, authorization?: string) => ({
    request: new Request(`${BASE}/api/v1/deployments${rest}`, {
      method,
      headers: { "x-tenant-id": tenant, ...(authorization ? { authorization } : {}) },
      ...(method === "POST" ? { body: "{}" } : {}),
    }),
    params: { id: "01900000-0000-7000-8000-000000000000" },
  });
  return {
    methods: [method],
    calls: (_, foreign) => [
      { label: "nobody", ...of(foreign), twin: of(ABSENT_TENANT), expect: 401 },
      {
        label: "a token nobody signed",
        ...of(foreign, "Bearer x.y.z"),
        twin: of(ABSENT_TENANT, "Bearer x.y.z"),
        expect: 401,
      },
    ],
  };
}

/** Clusters bring a token of their own (tried beside the route); without a known one nothing is told. */
function admissionCalls(how: "Bearer" | "path"): RouteCase {
  const token = "t".repeat(43);
  return {
    methods: ["POST"],
    calls: () => [
      {
        label: "a token that nobody registered",
        request: new Request(`${BASE}/api/v1/admission/nowhere`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            ...(how === "Bearer" ? { authorization: `Bearer ${token}` } : {}),
          },
          body: JSON.stringify({
            apiVersion: "admission.k8s.io/v1",
            kind: "AdmissionReview",
            request: { uid: "1" },
          }),
        }),
        params: { cluster: "nowhere", token },
        expect: 401,
      },
    ],
  };
}

/** Machines bring a token of their source (tried beside the route); without a known one nothing is told. */
function machineCalls(how: "Bearer" | "path"): RouteCase {
  const [source, token] = ["01900000-0000-7000-8000-000000000000", "t".repeat(43)];
  const request = () =>
    new Request(`${BASE}/api/v1/events/${source}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(how === "Bearer" ? { authorization: `Bearer ${token}` } : {}),
      },
      body: "{}",
    });
  return {
    methods: ["POST"],
    calls: () => [
      {
        label: "a token that nobody registered",
        request: request(),
        params: { source, token },
        expect: 401,
      },
    ],
  };
}

/** A route for service callers alone (tried beside it, with tokens): a session is nobody here. */
function bearerOnly(path: string, method: "GET" | "POST" = "POST"): RouteCase {
  return {
    methods: [method],
    calls: (who, foreign) => {
      const asking = (tenant: string) => ({
        request: new Request(`${BASE}${path}`, {
          method,
          headers: { ...who.headers(null), "x-tenant-id": tenant },
          ...(method === "POST" ? { body: "{}" } : {}),
        }),
        params: { id: "01900000-0000-7000-8000-000000000000" },
      });
      return [{ label: "a session", ...asking(foreign), twin: asking(ABSENT_TENANT), expect: 401 }];
    },
  };
}

/** Every HTTP route and how to call it. A route that is not here fails the run, by name. */
export const HTTP_ROUTES: Record<string, RouteCase> = {
  "app/api/health/live/route.ts": {
    methods: ["GET"],
    calls: () => [{ label: "live", request: get(null, "/api/health/live"), expect: 200 }],
  },
  "app/api/health/ready/route.ts": {
    methods: ["GET"],
    calls: () => [{ label: "ready", request: get(null, "/api/health/ready"), expect: 200 }],
  },
  "app/api/metrics/route.ts": {
    methods: ["GET"],
    calls: (who) => [{ label: "metrics", request: get(who, "/api/metrics"), expect: 200 }],
  },
  // Procedures are walked one by one; here only the route's own refusals.
  "app/api/trpc/[trpc]/route.ts": {
    methods: ["GET", "POST"],
    calls: (who, foreign) => {
      const asking = (tenant: string) =>
        new Request(`${BASE}/api/trpc/tenants.current`, { headers: who.headers(tenant) });
      const params = { trpc: "tenants.current" };
      return [
        { label: "own tenant", request: asking(who.tenant), params, expect: 200 },
        {
          label: "foreign tenant",
          request: asking(foreign),
          params,
          twin: { request: asking(ABSENT_TENANT), params },
          expect: 404,
        },
      ];
    },
  },
  "app/api/v1/log/[tenant]/checkpoint/route.ts": logCalls("checkpoint"),
  "app/api/v1/log/[tenant]/keys/route.ts": logCalls("keys"),
  // Entries of a small log are always a partial bundle; its width is filled in by the caller.
  "app/api/v1/log/[tenant]/tile/[...path]/route.ts": logCalls("tile/entries/000.p/12", [
    "entries",
    "000.p",
    "12",
  ]),
  // Its callers bring a token of their own (tried beside the route); a session is nobody here.
  "app/api/v1/consumers/reports/route.ts": {
    methods: ["POST"],
    calls: (who, foreign) => {
      const reporting = (tenant: string) =>
        new Request(`${BASE}/api/v1/consumers/reports`, {
          method: "POST",
          headers: { ...who.headers(null), "x-tenant-id": tenant },
          body: "{}",
        });
      const twin = { request: reporting(ABSENT_TENANT) };
      return [{ label: "a session", request: reporting(foreign), twin, expect: 401 }];
    },
  },
  "app/api/v1/admission/[cluster]/route.ts": admissionCalls("Bearer"),
  "app/api/v1/admission/[cluster]/[token]/route.ts": admissionCalls("path"),
  "app/api/v1/events/route.ts": bearerOnly("/api/v1/events"),
  "app/api/v1/events/[source]/route.ts": machineCalls("Bearer"),
  "app/api/v1/events/[source]/[token]/route.ts": machineCalls("path"),
  "app/api/v1/compliance/[framework]/oscal/route.ts": bearerOnly(
    "/api/v1/compliance/soc2/oscal",
    "GET",
  ),
  "app/api/v1/drift/findings/route.ts": bearerOnly("/api/v1/drift/findings", "GET"),
  "app/api/v1/bindings/route.ts": bearerOnly("/api/v1/bindings"),
  "app/api/v1/bindings/[id]/unbind/route.ts": bearerOnly("/api/v1/bindings/1/unbind"),
  // The line of a credential holds its name, path and owner: the canary would be in each.
  "app/api/v1/rotations/[tenant]/credentials-csv/route.ts": {
    methods: ["GET"],
    calls: (who, foreign) => {
      const of = (caller: Persona | null, tenant: string, query = "") => ({
        request: get(caller, `/api/v1/rotations/${tenant}/credentials-csv${query}`),
        params: { tenant },
      });
      return [
        { label: "own list", ...of(who, who.tenant), expect: 200 },
        { label: "own list, searched", ...of(who, who.tenant, "?q=canary&sort=-age"), expect: 200 },
        { label: "foreign list", ...of(who, foreign), twin: of(who, ABSENT_TENANT), expect: 404 },
        { label: "nobody", ...of(null, foreign), twin: of(null, ABSENT_TENANT), expect: 401 },
      ];
    },
  },
  "app/api/v1/audit/[tenant]/events/route.ts": {
    methods: ["GET"],
    calls: (who, foreign) => {
      const of = (caller: Persona | null, tenant: string, query = "") => ({
        request: get(caller, `/api/v1/audit/${tenant}/events${query}`),
        params: { tenant },
      });
      return [
        { label: "own events", ...of(who, who.tenant, "?format=ndjson"), expect: 200 },
        { label: "foreign events", ...of(who, foreign), twin: of(who, ABSENT_TENANT), expect: 404 },
        { label: "nobody", ...of(null, foreign), twin: of(null, ABSENT_TENANT), expect: 401 },
      ];
    },
  },
  "app/api/v1/evidence/[tenant]/packs/[id]/route.ts": {
    methods: ["GET"],
    calls: (who, foreign) => {
      const id = "01900000-0000-7000-8000-000000000000";
      const of = (caller: Persona | null, tenant: string) => ({
        request: get(caller, `/api/v1/evidence/${tenant}/packs/${id}`),
        params: { tenant, id },
      });
      return [
        { label: "own, absent", ...of(who, who.tenant), expect: 404 },
        { label: "foreign pack", ...of(who, foreign), twin: of(who, ABSENT_TENANT), expect: 404 },
        { label: "nobody", ...of(null, foreign), twin: of(null, ABSENT_TENANT), expect: 401 },
      ];
    },
  },
  "app/api/v1/deployments/route.ts": pipelineCalls("POST", ""),
  "app/api/v1/deployments/[id]/route.ts": pipelineCalls("GET", "/1"),
  "app/api/v1/deployments/[id]/events/route.ts": pipelineCalls("GET", "/1/events"),
  "app/api/v1/deployments/[id]/claim/route.ts": pipelineCalls("POST", "/1/claim"),
  "app/api/v1/deployments/[id]/attachments/route.ts": pipelineCalls(
    "POST",
    "/1/attachments?kind=attestation",
  ),
  "app/api/v1/deployments/[id]/outcome/route.ts": pipelineCalls("POST", "/1/outcome"),
  "app/api/v1/[...path]/route.ts": {
    methods: ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"],
    calls: (who) => [
      {
        label: "nowhere",
        request: get(who, "/api/v1/nowhere"),
        params: { path: ["nowhere"] },
        expect: 404,
      },
    ],
  },
  "app/api/v1/openapi.json/route.ts": {
    methods: ["GET"],
    calls: () => [{ label: "anybody", request: get(null, "/api/v1/openapi.json"), expect: 200 }],
  },
  "app/api/auth/[...nextauth]/route.ts": {
    methods: ["GET", "POST"],
    calls: (who) => [
      {
        label: "session",
        request: get(who, "/api/auth/session"),
        params: { nextauth: ["session"] },
      },
      { label: "csrf", request: get(null, "/api/auth/csrf"), params: { nextauth: ["csrf"] } },
    ],
  },
  "app/api/auth/sign-out/route.ts": {
    methods: ["POST"],
    calls: () => [
      {
        label: "from another site",
        request: new Request(`${BASE}/api/auth/sign-out`, {
          method: "POST",
          headers: { origin: "https://evil.example" },
        }),
        expect: 403,
      },
    ],
  },
  // The browser goes away to the identity provider, which is not there.
  "app/api/auth/step-up/route.ts": {
    methods: ["POST"],
    calls: (who, foreign) => {
      const asking = (tenant: string, origin = BASE) => ({
        request: new Request(`${BASE}/api/auth/step-up`, {
          method: "POST",
          headers: { ...Object.fromEntries(who.headers(null)), origin },
          body: new URLSearchParams({
            tenant,
            act: "deployments.review",
            digest: "0".repeat(64),
            returnTo: "/",
          }),
        }),
      });
      return [
        { label: "own tenant", ...asking(who.tenant), expect: 303 },
        { label: "foreign tenant", ...asking(foreign), twin: asking(ABSENT_TENANT), expect: 404 },
        { label: "another site", ...asking(who.tenant, "https://evil.example"), expect: 403 },
      ];
    },
  },
  "app/api/auth/step-up/[provider]/route.ts": {
    methods: ["GET"],
    calls: (who, foreign) => {
      const back = (tenant: string) => {
        const state = `${tenant}.01900000-0000-7000-8000-000000000000.${"A".repeat(43)}`;
        return {
          request: get(who, `/api/auth/step-up/kc-${who.tenant}?code=x&state=${state}`),
          params: { provider: `kc-${who.tenant}` },
        };
      };
      return [
        { label: "a foreign state", ...back(foreign), twin: back(ABSENT_TENANT), expect: 303 },
        { label: "no attempt", ...back(who.tenant), expect: 303 },
      ];
    },
  },
  "app/api/auth/backchannel-logout/[realm]/route.ts": {
    methods: ["POST"],
    calls: (_, foreign) => [
      {
        label: "a token nobody signed",
        request: new Request(`${BASE}/api/auth/backchannel-logout/${foreign}`, {
          method: "POST",
          body: new URLSearchParams({ logout_token: "x.y.z" }),
        }),
        params: { realm: foreign },
        // No identity provider is there whose keys could tell that it is not genuine.
        expect: 503,
      },
    ],
  },
};

const ROOT = join(import.meta.dirname, "../..");

/** Every `route.ts` under app/, relative to the project. */
export function routeFiles(): string[] {
  return readdirSync(join(ROOT, "app"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^route\.tsx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

type Handler = (
  request: Request,
  context: { params: Promise<unknown> },
) => Response | Promise<Response>;

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/** The handlers that a route file exports, by method. */
export async function handlersOf(file: string): Promise<Map<string, Handler>> {
  const exported = (await import(join(ROOT, file))) as Record<string, Handler>;
  return new Map(
    Object.entries(exported).filter(
      ([name, handler]) =>
        METHODS.includes(name) && !(handler as { isRefusal?: boolean }).isRefusal,
    ),
  );
}
