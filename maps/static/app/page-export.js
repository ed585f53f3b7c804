/* Files of the screening that is shown: what is published of it, or with a token the whole. */
import { make, offer, say } from "./page-dom.js";
import { files } from "./page-files.js";
import { token } from "./page-token.js";

// Below the counts of a screening, unless those of another one stand there by now.
function links(body, run) {
  if (!body.isConnected) return;
  const told = run.published || token() ? files(run.run, run.on) : [say("zones.closed")];
  body.parentNode.append(make("tfoot", {}, make("tr", {}, make("td", { colspan: 3 }, ...told))));
}

offer("export", { links });
