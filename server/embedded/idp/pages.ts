import { createHash } from "node:crypto";

const STYLE = `
:root { color-scheme: light dark; --surface: oklch(97% 0.005 250); --raised: #fff; --line: oklch(70% 0.02 250);
  --text: oklch(25% 0.02 250); --muted: oklch(45% 0.02 250); --accent: oklch(45% 0.13 250); --on-accent: #fff; --danger: oklch(48% 0.17 25); }
@media (prefers-color-scheme: dark) { :root { --surface: oklch(18% 0.015 250); --raised: oklch(23% 0.015 250); --line: oklch(50% 0.02 250);
  --text: oklch(94% 0.01 250); --muted: oklch(75% 0.015 250); --accent: oklch(75% 0.11 250); --on-accent: oklch(18% 0.015 250); --danger: oklch(78% 0.13 25); } }
* { box-sizing: border-box; }
body { margin: 0; min-block-size: 100vh; display: grid; place-items: center; padding: 16px; background: var(--surface); color: var(--text);
  font: 14px/1.5 system-ui, sans-serif; }
main { inline-size: min(100%, 380px); background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: 28px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 4px; }
p { margin: 0 0 16px; color: var(--muted); }
label { display: block; margin-block: 12px 4px; font-weight: 600; }
input { inline-size: 100%; padding: 8px 10px; font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; }
button { inline-size: 100%; margin-block-start: 20px; padding: 9px 12px; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent);
  border: 0; border-radius: 6px; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.error { color: var(--danger); border-inline-start: 3px solid; padding-inline-start: 10px; }
.note { margin: 20px 0 0; padding-block-start: 14px; border-block-start: 1px solid var(--line); font-size: 13px; }
code { font-family: ui-monospace, monospace; }
`;

const STYLE_DIGEST = createHash("sha256").update(STYLE).digest("base64");

/** Headers of every page: no scripts at all, forms only to this origin and back to the console. */
export function pageHeaders(consoleOrigin: string): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": [
      "default-src 'none'",
      `style-src 'sha256-${STYLE_DIGEST}'`,
      `form-action 'self' ${consoleOrigin}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join("; "),
  };
}

export interface LoginView {
  realmName: string;
  action: string;
  username: string;
  error: string | null;
}

/** Field names and ids are those of Keycloak's own login form. */
export function loginPage(view: LoginView): string {
  const described = view.error ? ' aria-invalid="true" aria-describedby="error"' : "";
  const error = view.error
    ? `<p class="error" id="error" role="alert">${escapeHtml(view.error)}</p>`
    : "";
  return page(
    `Sign in to ${view.realmName}`,
    `<h1>Sign in to ${escapeHtml(view.realmName)}</h1>
<p>Development identity provider</p>${error}
<form id="kc-form-login" method="post" action="${escapeHtml(view.action)}">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escapeHtml(view.username)}"${described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required${described}>
<button id="kc-login" type="submit">Sign in</button>
</form>
<p class="note">For development and demonstration only: its accounts are public. Production uses your own Keycloak.</p>`,
  );
}

export interface CodeView {
  realmName: string;
  action: string;
  /** The code itself: these accounts are public. Null: it was used, another is to come. */
  code: string | null;
  error: string | null;
}

/** The second factor; field name and ids are those of Keycloak's own form. */
export function codePage(view: CodeView): string {
  const described = view.error ? ' aria-invalid="true" aria-describedby="error"' : "";
  const error = view.error
    ? `<p class="error" id="error" role="alert">${escapeHtml(view.error)}</p>`
    : "";
  const hint = view.code
    ? `The code of this demo account now: <code id="demo-code">${view.code}</code>`
    : "Too many codes were used. Reload in half a minute for the next one.";
  return page(
    `One-time code for ${view.realmName}`,
    `<h1>One-time code</h1>
<p>${escapeHtml(view.realmName)}, development identity provider</p>${error}
<form id="kc-otp-login-form" method="post" action="${escapeHtml(view.action)}">
<label for="otp">One-time code</label>
<input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code" required${described}>
<button id="kc-login" type="submit">Sign in</button>
</form>
<p class="note">${hint}</p>`,
  );
}

/** Asks before ending a session that no ID token vouches for. */
export function logoutPage(realmName: string, action: string, confirmation: string): string {
  return page(
    `Sign out of ${realmName}`,
    `<h1>Sign out of ${escapeHtml(realmName)}?</h1>
<p>Development identity provider</p>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="confirmation" value="${escapeHtml(confirmation)}">
<button id="kc-logout" type="submit">Sign out</button>
</form>`,
  );
}

export function messagePage(realmName: string, message: string): string {
  return page(
    realmName,
    `<h1>${escapeHtml(realmName)}</h1><p>${escapeHtml(message)}</p>
<p class="note">Development identity provider</p>`,
  );
}

export function errorPage(realmName: string, message: string): string {
  return page(
    `${realmName}: sign-in failed`,
    `<h1>Sign-in failed</h1><p class="error" role="alert">${escapeHtml(message)}</p>
<p>Go back to the console and start again.</p>
<p class="note">Development identity provider of ${escapeHtml(realmName)}</p>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main>${body}</main></body>
</html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
