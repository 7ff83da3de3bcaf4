/** The contract, as part of every integration run; alone it is `npm run test:contract:openbao`. */
import "./openbao.contract.ts";
