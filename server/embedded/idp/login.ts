import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpError, readForm } from "./http.ts";
import { errorPage, loginPage, pageHeaders } from "./pages.ts";
import type { RealmService } from "./realm-service.ts";

/** GET shows the login form of a running authorization request, POST checks it. */
export async function login(
  service: RealmService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = pageHeaders(service.consoleOrigin);
  const details = await service.provider.interactionDetails(request, response).catch(() => null);
  if (!details) {
    response.writeHead(400, headers);
    response.end(errorPage(service.realm.displayName, "This sign-in has expired."));
    return;
  }
  const action = `/realms/${service.realm.realm}/login-actions/authenticate?execution=${details.uid}`;
  const view = { realmName: service.realm.displayName, action, username: "", error: null };
  if (request.method === "GET") {
    const username = String(details.params.login_hint ?? "");
    response.writeHead(200, headers);
    response.end(loginPage({ ...view, username }));
    return;
  }
  if (request.method !== "POST") throw new HttpError(405, "use GET or POST");
  const form = await readForm(request);
  const username = form.get("username") ?? "";
  const user = service.users.authenticate(username, form.get("password") ?? "");
  if (!user) {
    response.writeHead(200, headers);
    response.end(loginPage({ ...view, username, error: "Invalid username or password." }));
    return;
  }
  await service.provider.interactionFinished(request, response, {
    login: { accountId: user.id, acr: "1", amr: ["pwd"], remember: false },
  });
}
