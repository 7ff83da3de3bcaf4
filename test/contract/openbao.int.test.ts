/** The contract, as part of every integration run; alone it is `npm run test:contract:openbao`. */
import "./openbao.contract.ts";
import "./transit.contract.ts";
import "./key-keeper.contract.ts";
import "./database.contract.ts";
import "./pki.contract.ts";
import "./pki-succession.contract.ts";
import "./regions.contract.ts";
import "./system.contract.ts";
import "./login.contract.ts";
import "./certificate-login.contract.ts";
