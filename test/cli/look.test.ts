// The commands that look: what they show of a real app, and that they change nothing in it.
import { describe, expect, test } from "vitest";
import { startCliStack } from "../support/cliStack.ts";
import { commandLine } from "../support/commandLine.ts";
import { asked as askedFor, exampleConfig } from "../support/memoryStack.ts";

const stopped = askedFor("stop");
const reads = [
  "status",
  "tasks list",
  "tasks show example",
  "tasks show example --version 1",
  "tasks next example --count 3",
  "executions list",
  "executions list --task example --status succeeded --symbol aaa --day 2026-06-15",
  "executions show example@20260615T133500Z",
  "executions receipt example@20260615T133500Z tw.example@20260615T133500Z.targetWeights.AAA.buy.1 --text",
  "executions receipt example@20260615T133500Z BBB",
  "what-if example --set maxOrderNotionalUsd=5000 --days 2",
  "slots --task example",
  "slots --task example --from 2026-06-15T13:00:00Z --to 2026-06-15T15:00:00Z --limit 5",
  "events",
  "notifications list",
  "notifications test",
  "settings show risk_limits",
  "settings set risk_limits --set maxGrossFraction=0.5 --dry-run",
  "changes list",
  "config export",
  "config diff config/automation.json",
  "audit verify",
  "tasks run example --dry-run",
  "tasks edit example --set name=Other --dry-run",
];

describe("each command that looks", () => {
  test.each(reads)("%s prints a text for people, or exactly one JSON value on one line", async (line) => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    const before = await stack.app.configService.export();
    const text = await run(line);
    expect(text).toMatchObject({ exitCode: 0, errors: "" });
    expect(text.output).toMatch(/\S/);
    expect(text.output.endsWith("\n")).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no colours where there is no terminal
    expect(text.output).not.toMatch(/\u001b/);
    const { output, exitCode, errors } = await run(`${line} --json`);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    if (line !== "config export") expect(output.trimEnd().split("\n")).toHaveLength(1);
    expect(typeof JSON.parse(output)).toBe("object");
    expect(await stack.app.configService.export()).toEqual(before);
  });
});

describe("what they show", () => {
  test("status: switches with who and why, the window, last and next execution, today's figures", async () => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    await run("reduce --reason news --actor ann");
    await run("halt --symbol AAA --reason rumour");
    await run("stop --at close --reason maintenance");
    const { output } = await run("status");
    for (const line of [
      /^app +https:\/\/app\.example, paper/m,
      /^trading +reducing$/m,
      /^trading +reducing\n +since .* by ann \(claimed\): news$/m,
      /^ +symbol AAA: halted since .* by tester \(claimed\): rumour$/m,
      /^ +stop of account at 2026-06-15 20:00:00Z by tester \(claimed\): maintenance$/m,
      /^window +open until 2026-06-15 20:00:00Z$/m,
      /^last execution +example@20260615T133500Z succeeded$/m,
      /^next execution +example at 2026-06-15 13:40:00Z \(in 5 min\)$/m,
      /^held +AAA: \d+ for targetWeights$/m,
      /^today +1 run, 2 orders planned, 2 accepted, 2 filled, 0 denials$/m,
    ])
      expect(output).toMatch(line);
  });

  test("executions receipt: from the bars to the fills, every rule with its headroom, on one page", async () => {
    const strategies = [
      { name: "movingAverageCross", params: { fast: 3, slow: 10 } },
      { name: "crossSectionalMomentum", params: { lookback: 3, skip: 0, top: 2 } },
    ];
    const { stack, run } = await startCliStack({ config: exampleConfig(["AAA", "BBB"], { strategies }) });
    const record = await stack.runNextSlot();
    const [outcome] = record.outcomes;
    const { clientOrderId = "", symbol = "" } = outcome?.ticket ?? {};
    const { output } = await run(`executions receipt ${record.executionId} ${clientOrderId} --text`);
    for (const line of [
      new RegExp(`^order +${clientOrderId}$`, "m"),
      new RegExp(`^all inputs +SHA-256 ${record.inputsDigest}$`, "m"),
      /^1Day +\d+ +2026-\d\d-\d\d .*Z +2026-06-12 .*Z +[0-9a-f]{64}$/m,
      /^decided together with\nsymbol +bars +count .*\n(AAA|BBB) +1Day +\d+ .*Z +[0-9a-f]{64}$/m,
      /^movingAverageCross +\d\.\d{4} +fast [\d.]+, slow [\d.]+/m,
      /^wanted +\d+, rounded down to whole shares$/m,
      /^maxGross +95000 +[\d.]+ +95000$/m,
      /^at the gate +[\d.]+ at 2026-06-15 13:35:00Z, bid [\d.]+, ask [\d.]+$/m,
      /^filled +\d+ at [\d.]+$/m,
    ])
      expect(output).toMatch(line);
    expect((await run(`executions receipt ${record.executionId} ${symbol}`)).output).toBe(output);
  });

  test("executions receipt: why a symbol got no order, and of what there is no receipt", async () => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    const { executionId } = await stack.runNextSlot();
    const { output } = await run(`executions receipt ${executionId} AAA`);
    expect(output).toMatch(/^order +none was wanted$/m);
    expect(output).toMatch(/^no order +nothing is missing: /m);
    expect(await run(`executions receipt ${executionId} ZZZ`)).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining("ORDER_NOT_FOUND"),
    });
  });

  test("what-if: which orders would be others, by which limit, over all pages", async () => {
    const { stack, asked, run, json } = await startCliStack();
    for (let count = 0; count < 3; count++) await stack.runNextSlot();
    const line = "what-if example --set maxOrderNotionalUsd=5000 --set symbols.BBB.maxOrderQty=7";
    const { output } = await run(line);
    for (const told of [
      /^task +example$/m,
      /^judged anew +3 runs$/m,
      /^would differ +1 run, 2 orders$/m,
      /^other size +2$/m,
      /^2026-06-15 13:35:00Z +buy \d+ AAA +approved \d+ +reduced \d+ MAX_ORDER_NOTIONAL +5000 +[\d.]+ +5000$/m,
      /^2026-06-15 13:35:00Z +buy \d+ BBB +approved \d+ +reduced 7 MAX_ORDER_QTY +7 shares +\d+ shares +7 shares$/m,
    ])
      expect(output).toMatch(told);
    expect(asked).toEqual(["POST /api/tasks/example/what-if"]);
    expect(await json(line)).toMatchObject({ totals: { judged: 3, otherQty: 2 }, items: [{ orders: [{}, {}] }] });
    expect((await run("what-if example --set maxOrderNotionalUsd=49999")).output).toMatch(
      /no order would be another\n$/,
    );
  });

  test("what-if: takes the limits from a file or piped in too, and tells every fault in them", async () => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    await stack.app.controlService.change(stopped);
    await stack.runNextSlot();
    const input = async () => '{"restrictedSymbols": ["AAA"]}';
    const piped = await run("what-if example", { input });
    expect(piped.output).toMatch(/^now denied +1$/m);
    expect(piped.output).toMatch(/^left out +1 run$/m);
    expect(piped.output).toMatch(/1 × NO_INPUTS: it read nothing \(STOPPED: .*\)$/m);
    const wrong = await run("what-if example --set maxGrossFraction=9 --set colour=red");
    expect(wrong.exitCode).toBe(1);
    expect(wrong.errors).toContain("limits.maxGrossFraction");
    expect(wrong.errors).toContain("limits.colour");
    expect(await run("what-if example limits.json --set maxOrderQty=1")).toMatchObject({ exitCode: 2 });
    expect(await run("what-if example --set maxOrderQty=1 --days 31")).toMatchObject({ exitCode: 2 });
  });

  test("colours and nothing else are added on a terminal", async () => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    const plain = await run("status");
    const coloured = await run("status", { colours: true });
    expect(coloured.output).toContain("\u001b[32m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is taken out
    expect(coloured.output.replace(/\u001b\[\d+m/g, "")).toBe(plain.output);
    expect(JSON.parse((await run("status --json", { colours: true })).output)).toMatchObject({ mode: "paper" });
  });

  test("slots: why a task did not trade, past and to come", async () => {
    const { stack, run } = await startCliStack();
    await run("stop --reason maintenance");
    stack.setNow("2026-06-15T13:35:00Z");
    await stack.app.scheduler.tick("timer");
    const { output } = await run("slots --task example --limit 3");
    expect(output).toMatch(/^2026-06-15 13:35:00Z +blocked +example@20260615T133500Z +STOPPED: .*maintenance/m);
    expect(output).toMatch(/^2026-06-15 13:40:00Z +expected/m);
    expect(output).toMatch(/^more after /m);
  });

  test("executions show: what each rule said and what became of each order", async () => {
    const { stack, run } = await startCliStack();
    await stack.runNextSlot();
    const { output } = await run("executions show example@20260615T133500Z");
    expect(output).toMatch(/^AAA +buy +\d+ +\d+ +approved$/m);
    expect(output).toMatch(/^AAA +buy +\d+ +filled +\d+ +[\d.]+$/m);
  });

  test("events: who, when, why, from where, and what was before", async () => {
    const { stack, run } = await startCliStack();
    await run("halt --reason first --actor ann");
    stack.setNow("2026-06-15T13:34:01Z");
    await run("resume --reason second", { env: { TRADEWIND_KEY: "ben-key" } });
    const { output } = await run("events");
    const [, resumed, halted] = output.split("\n");
    expect(resumed).toMatch(
      /resume +account +key ben +halted → running +POST \/api\/scheduler\/resume, actor tester +second$/,
    );
    expect(halted).toMatch(/halt +account +ann \(claimed\) +running → halted +POST \/api\/scheduler\/halt +first$/);
  });

  test("audit verify ends with 0 on an intact chain, and with 5 on a broken one, which it names", async () => {
    const { stack, run } = await startCliStack();
    await run("halt --reason first");
    expect(await run("audit verify")).toMatchObject({ exitCode: 0, errors: "" });
    const book = stack.tables.get("TradewindBook");
    const rows = (await book?.query({ partitionKey: "book" })) ?? [];
    const halt = rows.find(
      ({ payload }) =>
        (payload as { reason?: string } | undefined)?.reason === "first" &&
        JSON.stringify(payload).includes("principal"),
    );
    if (book === undefined || halt === undefined) throw new Error("the event is there");
    await book.put({ ...halt, payload: { ...(halt.payload as object), reason: "another" } });
    const broken = await run("audit verify");
    expect(broken.exitCode).toBe(5);
    expect(broken.output).toMatch(/broken at 2026-06-15 link \d+, control /);
    const asJson = await run("audit verify --json");
    expect(asJson.exitCode).toBe(5);
    expect(JSON.parse(asJson.output)).toMatchObject({ intact: false });
  });
});

describe("long lists", () => {
  test("what-if puts its pages together and adds them up", async () => {
    const totals = { judged: 100, nowDenied: 1, nowSent: 2, otherQty: 0 };
    const page = (n: number) => ({ taskId: "a", from: `2026-06-0${n}T00:00:00Z`, items: [], leftOut: [], totals });
    const bodies: unknown[] = [];
    const fetch = async (_: unknown, init?: RequestInit) => {
      bodies.push(JSON.parse(String(init?.body)));
      return Response.json({ ...page(bodies.length), ...(bodies.length < 3 ? { cursor: `c${bodies.length}` } : {}) });
    };
    const world = { env: { TRADEWIND_URL: "https://app.example" }, fetch };
    const { output } = await commandLine(["what-if", "a", "--set", "maxOrderQty=1", "--json"], world);
    const asking = { limits: { maxOrderQty: 1 }, days: 30 };
    expect(bodies).toEqual([asking, { ...asking, cursor: "c1" }, { ...asking, cursor: "c2" }]);
    expect(JSON.parse(output)).toEqual({
      ...page(1),
      totals: { judged: 300, nowDenied: 3, nowSent: 6, otherQty: 0 },
    });
  });

  /** An app of so many runs that answers three a page, and an empty page now and then. */
  const pages = (count: number) => async (input: unknown) => {
    const at = Number(new URL(String(input)).searchParams.get("cursor") ?? 0);
    const limit = Number(new URL(String(input)).searchParams.get("limit"));
    const size = Math.min(at % 2 === 0 ? 3 : 0, limit, count - at);
    const items = Array.from({ length: size }, (_, index) => ({ n: at + index }));
    const next = size === 0 ? at + 1 : at + size;
    return Response.json({ items, ...(next < count ? { cursor: String(next) } : {}) });
  };

  test("are put together from as many pages as are asked for, empty ones too", async () => {
    const list = async (limit: number) => {
      const world = { env: { TRADEWIND_URL: "https://app.example" }, fetch: pages(8) };
      const { output } = await commandLine(["executions", "list", "--json", "--limit", String(limit)], world);
      return JSON.parse(output);
    };
    expect((await list(2)).items).toEqual([{ n: 0 }, { n: 1 }]);
    expect((await list(5)).items.map(({ n }: { n: number }) => n)).toEqual([0, 1, 2, 4, 5]);
    expect(await list(5)).toHaveProperty("cursor", "6");
    expect(await list(100)).not.toHaveProperty("cursor");
  });
});
