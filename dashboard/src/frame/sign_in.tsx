/** Before there is a session: who we are is asked, cannot be asked, or a token is needed. */

import { useState } from "preact/hooks";
import { useNow } from "../live/clock";
import { look, type Session, signIn } from "../live/session";
import { Icon } from "../parts/icon";
import { Mark } from "../parts/mark";
import { stretch } from "../words";

export function SignIn({ session }: { session: Session }) {
  return (
    <main class="door">
      <div class="door-box">
        <h1>
          <Mark size={32} /> Seatrial
        </h1>
        {session.state === "asking" && <p class="faint">Asking the platform who you are…</p>}
        {session.state === "unknown" && <Unreachable message={session.fault.message} nextAt={session.nextAt} />}
        {session.state === "out" && <Form message={session.message} />}
      </div>
    </main>
  );
}

function Unreachable({ message, nextAt }: { message: string; nextAt: number }) {
  const now = useNow();
  return (
    <div class="failed" role="status">
      <Icon name="warn" size={18} />
      <div>
        <p>{message}</p>
        <p class="faint">
          Is it running? <code>seatrial status</code> tells.{" "}
          {nextAt > now ? `Trying again in ${stretch(nextAt - now)}.` : "Trying again now."}{" "}
          <button type="button" class="link" onClick={() => void look()}>
            Try now
          </button>
        </p>
      </div>
    </div>
  );
}

function Form({ message }: { message: string }) {
  const [token, setToken] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailed(await signIn(token.trim()));
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p class="faint">{message}</p>
      <label for="token">Access token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="current-password"
        spellcheck={false}
        required
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
        aria-describedby="token-hint"
      />
      <p id="token-hint" class="faint small">
        An operator makes one with <code>seatrial token create NAME --scope viewer</code>. It is sent once, and a cookie
        that no script can read takes its place.
      </p>
      {failed !== null && (
        <p class="problem" role="alert">
          <Icon name="bad" size={14} /> {failed}
        </p>
      )}
      <div class="dialog-actions">
        <button
          type="button"
          onClick={() => void look()}
          title="On the developer's own machine in stage dev no token is needed"
        >
          Without a token
        </button>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
      </div>
    </form>
  );
}
