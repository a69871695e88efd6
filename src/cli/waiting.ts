// What a person sees while something takes long: one line on the errors, gone again when it is done.
import { span } from "./output.ts";
import type { World } from "./world.ts";

const quietMs = 1000;
const everyMs = 1000;
/** Where the errors are no terminal, one line is said once, and not before this long. */
const toldAfterMs = 10_000;

/** Answers what `work` does; `what` may change while it goes on. */
export async function waitWith<T>(
  world: Pick<World, "err" | "errIsTerminal" | "nowMs">,
  what: () => string,
  work: Promise<T>,
): Promise<T> {
  const startedMs = world.nowMs();
  let shown = false;
  const tell = (): void => {
    const waitedMs = world.nowMs() - startedMs;
    if (!world.errIsTerminal) {
      if (!shown && waitedMs >= toldAfterMs) world.err(`${what()} …\n`);
      shown ||= waitedMs >= toldAfterMs;
    } else if (waitedMs >= quietMs) {
      world.err(`\r\u001b[K${what()} … ${span(waitedMs / 1000)}`);
      shown = true;
    }
  };
  const timer = setInterval(tell, everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown && world.errIsTerminal) world.err("\r\u001b[K");
  }
}
