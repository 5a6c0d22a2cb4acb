/** The confirm step of halt and resume: a reason, one button, and then what the platform said. */

import { useState } from "preact/hooks";
import { execution } from "../asked";
import { ask } from "../live/ask";
import { refresh } from "../live/feed";
import { useSession } from "../live/session";
import { Dialog } from "../parts/dialog";
import { Icon } from "../parts/icon";
import type { Word } from "../types";
import { tellHalted, useHalted } from "./halted";

export function HaltDialog({ onClose }: { onClose: () => void }) {
  const halted = useHalted();
  const [lifting] = useState(halted.halted === true); // what was asked for does not turn around under the hand
  return lifting ? <Resume onClose={onClose} reason={halted.reason} /> : <Halt onClose={onClose} />;
}

function useWord(onDone: () => void) {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const actor = session.state === "in" ? session.told.name : "dashboard";
  const say = async (word: "halt" | "kill" | "resume", reason: string) => {
    setBusy(true);
    setFailed(null);
    const answer = await ask<Word>(execution(`/api/v1/${word}`), { method: "POST", body: { reason, actor } });
    setBusy(false);
    if (answer.ok) tellHalted(answer.value.halted, answer.value.reason, answer.value.journalled);
    refresh();
    if (!answer.ok) setFailed(answer.fault.message);
    else if (answer.value.halted !== (word !== "resume"))
      setFailed(`The platform answered, and is ${answer.value.halted ? "halted" : "not halted"}.`);
    else onDone();
  };
  return { busy, failed, say };
}

function Halt({ onClose }: { onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [cancel, setCancel] = useState(false);
  const { busy, failed, say } = useWord(onClose);
  const submit = (event: Event) => {
    event.preventDefault();
    void say(cancel ? "kill" : "halt", reason.trim());
  };
  return (
    <Dialog title="Halt trading" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          From this moment no new order is sent. Positions stay as they are, cancels still work, and it stays halted
          over a restart until somebody resumes.
        </p>
        <label for="halt-reason">Reason</label>
        <input
          id="halt-reason"
          required
          maxLength={200}
          autofocus
          value={reason}
          placeholder="what you saw"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <label class="check">
          <input type="checkbox" checked={cancel} onChange={(event) => setCancel(event.currentTarget.checked)} /> and
          cancel every working order (kill)
        </label>
        <Problem text={failed} />
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Keep trading
          </button>
          <button type="submit" class="danger" disabled={busy || reason.trim() === ""}>
            <Icon name="stop" size={15} /> {busy ? "Halting…" : cancel ? "Halt and cancel all" : "Halt now"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Resume({ onClose, reason: halting }: { onClose: () => void; reason: string | null }) {
  const [reason, setReason] = useState("");
  const { busy, failed, say } = useWord(onClose);
  const submit = (event: Event) => {
    event.preventDefault();
    void say("resume", reason.trim());
  };
  return (
    <Dialog title="Resume trading" onClose={onClose}>
      <form onSubmit={submit}>
        <p>
          Trading is halted{halting ? <>: “{halting}”</> : ""}. After this, strategies' decisions become orders again,
          as soon as the word is durable.
        </p>
        <label for="resume-reason">Why it is safe now</label>
        <input
          id="resume-reason"
          required
          maxLength={200}
          autofocus
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
        <Problem text={failed} />
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>
            Stay halted
          </button>
          <button type="submit" class="primary" disabled={busy || reason.trim() === ""}>
            <Icon name="play" size={15} /> {busy ? "Resuming…" : "Resume trading"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Problem({ text }: { text: string | null }) {
  if (text === null) return null;
  return (
    <p class="problem" role="alert">
      <Icon name="bad" size={14} /> {text}
    </p>
  );
}
