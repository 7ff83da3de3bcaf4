"use client";
import { CircleUser, KeyRound, LogOut } from "lucide-react";
import { useTranslations } from "next-intl";
import { Menu } from "#components/ui/menu.tsx";
import { MenuItem } from "#components/ui/menu-item.tsx";

interface AccountMenuProps {
  displayName: string;
  /** The page of one's own security keys; null for who has none to keep. */
  keysPath: string | null;
}

/** Who is signed in, own settings, and the way out (which ends the session at the identity provider too). */
export function AccountMenu({ displayName, keysPath }: AccountMenuProps) {
  const t = useTranslations("shell.account");
  return (
    <Menu
      label={t("label", { name: displayName })}
      size="icon"
      align="end"
      trigger={<CircleUser aria-hidden className="size-4" />}
    >
      <p className="border-line border-b px-2 pt-1 pb-2 text-sm">
        <span className="block text-muted text-xs">{t("signedInAs")}</span>
        <bdi className="block truncate font-sans font-medium">{displayName}</bdi>
      </p>
      {keysPath ? (
        <MenuItem href={keysPath}>
          <span className="flex items-center gap-2">
            <KeyRound aria-hidden className="size-4 text-muted" />
            {t("keys")}
          </span>
        </MenuItem>
      ) : null}
      <form method="post" action="/api/auth/sign-out" className="pt-1">
        <MenuItem isSubmit>
          <span className="flex items-center gap-2">
            <LogOut aria-hidden className="mirrored size-4 text-muted" />
            {t("signOut")}
          </span>
        </MenuItem>
      </form>
    </Menu>
  );
}
