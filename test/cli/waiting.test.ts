// The line that tells a person what is waited for.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { waitWith } from "../../src/cli/waiting.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is written on the errors while something takes `seconds`. */
async function written(seconds: number, errIsTerminal: boolean): Promise<string> {
  const texts: string[] = [];
  const world = { err: (more: string) => void texts.push(more), errIsTerminal, nowMs: () => Date.now() };
  const work = new Promise<string>((done) => setTimeout(() => done("done"), seconds * 1000));
  const waited = waitWith(world, () => "halting", work);
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  expect(await waited).toBe("done");
  await vi.advanceTimersByTimeAsync(60_000);
  return texts.join("");
}

test("on a terminal one line counts the seconds and is gone when it is done", async () => {
  const text = await written(3, true);
  expect(text).toContain("\r\u001b[Khalting … 1 s");
  expect(text).toContain("\r\u001b[Khalting … 2 s");
  expect(text.endsWith("\r\u001b[K")).toBe(true);
  expect(text).not.toContain("\n");
});

test("elsewhere it is said once, and only when it takes long", async () => {
  expect(await written(9, false)).toBe("");
  expect(await written(60, false)).toBe("halting …\n");
});

test("what is quick leaves no trace", async () => {
  expect(await written(0.5, true)).toBe("");
});

test("a failure is handed on, and the line is gone", async () => {
  const texts: string[] = [];
  const world = { err: (more: string) => void texts.push(more), errIsTerminal: true, nowMs: () => Date.now() };
  const work = new Promise((_, fail) => setTimeout(() => fail(new Error("lost")), 2500));
  const waited = expect(waitWith(world, () => "halting", work)).rejects.toThrow("lost");
  await vi.advanceTimersByTimeAsync(2500);
  await waited;
  expect(texts.at(-1)).toBe("\r\u001b[K");
});
