import { mergeConfig } from "vitest/config";
import peers from "../vitest.config.ts";

/** `npm run test:peers:client-secrets`: needs a build of Keycloak of its own (README beside). */
const config = mergeConfig(peers, {});
config.test = { ...config.test, include: ["test/peers/client-secrets/*.peer.ts"] };
export default config;
