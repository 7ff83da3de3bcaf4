import type { IncomingMessage, ServerResponse } from "node:http";
import { PASSWORD_ACR, SECOND_FACTOR_ACR } from "../../features/identity/realms/realm-step-up.ts";
import { HttpError, readForm } from "./http.ts";
import { codePage, errorPage, loginPage, pageHeaders } from "./pages.ts";
import type { RealmUser } from "./realm.ts";
import type { RealmService } from "./realm-service.ts";

/** Who gave a password in a running sign-in and still owes the code: by realm and interaction. */
const half = new WeakMap<RealmService, Map<string, RealmUser>>();

/**
 * GET shows the form of a running authorization request, POST checks it: a password, and where the
 * request demands the second level a one-time code after it.
 */
export async function login(
  service: RealmService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = pageHeaders(service.consoleOrigin);
  const show = (page: string, status = 200) => {
    response.writeHead(status, headers);
    response.end(page);
  };
  const details = await service.provider.interactionDetails(request, response).catch(() => null);
  if (!details) return show(errorPage(service.realm.displayName, "This sign-in has expired."), 400);
  const action = `/realms/${service.realm.realm}/login-actions/authenticate?execution=${details.uid}`;
  const view = { realmName: service.realm.displayName, action, username: "", error: null };
  const waiting = half.get(service) ?? new Map<string, RealmUser>();
  half.set(service, waiting);
  const askForCode = (user: RealmUser, error: string | null = null) =>
    show(codePage({ ...view, code: service.users.codeNow(user), error }));
  const known = waiting.get(details.uid);

  if (request.method === "GET") {
    if (known) return askForCode(known);
    const session = details.session?.accountId;
    const username = session ? service.users.find(session)?.username : details.params.login_hint;
    return show(loginPage({ ...view, username: String(username ?? "") }));
  }
  if (request.method !== "POST") throw new HttpError(405, "use GET or POST");
  const form = await readForm(request);
  const finish = (user: RealmUser, acr: string, amr: string[]) => {
    waiting.delete(details.uid);
    const login = { accountId: user.id, acr, amr, remember: false };
    return service.provider.interactionFinished(request, response, { login });
  };
  if (known) {
    if (!service.users.acceptCode(known, (form.get("otp") ?? "").replace(/\s/g, ""))) {
      return askForCode(known, "Invalid authenticator code.");
    }
    return finish(known, SECOND_FACTOR_ACR, ["pwd", "otp"]);
  }
  const username = form.get("username") ?? "";
  const user = service.users.authenticate(username, form.get("password") ?? "");
  if (!user) return show(loginPage({ ...view, username, error: "Invalid username or password." }));
  // As Keycloak does: a sign-in again does not hand a session over to somebody else.
  const holder = details.session?.accountId;
  if (holder && holder !== user.id) {
    return show(loginPage({ ...view, username, error: "You are signed in as another user." }));
  }
  if (!demandsSecondFactor(details.params.claims)) return finish(user, PASSWORD_ACR, ["pwd"]);
  waiting.set(details.uid, user);
  return askForCode(user);
}

/** Only an essential claim demands a level; `acr_values` is a wish that this provider does not grant. */
function demandsSecondFactor(claims: unknown): boolean {
  if (typeof claims !== "string") return false;
  const asked = (
    JSON.parse(claims) as {
      id_token?: { acr?: { essential?: boolean; value?: string; values?: string[] } | null };
    }
  ).id_token?.acr;
  const values = asked?.values ?? (asked?.value === undefined ? [] : [asked.value]);
  return asked?.essential === true && !values.includes(PASSWORD_ACR);
}
