/** The contract, as part of every integration run; alone it is `npm run test:contract:keyvault`. */
import "./key-vault.contract.ts";
