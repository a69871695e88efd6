// Where a notification goes, and where it goes instead when channels take nothing.
import { describe, expect, test } from "vitest";
import type { ChannelName, Severity } from "../../../src/core/model/notification.ts";
import { notificationSettingsSchema } from "../../../src/core/model/settings.ts";
import { reachable, routesOf } from "../../../src/core/notifications/routes.ts";
import { at } from "../examples.ts";

const now = at("2026-06-15T14:00Z");
const all: readonly ChannelName[] = ["teams", "slack", "email"];
const routed = (routes: readonly object[], notification: object = {}, severity: Severity = "info") =>
  routesOf(notification, severity, notificationSettingsSchema.parse({ routes }).routes, all);

describe("routes", () => {
  test("without any, everything goes to every channel that is configured", () => {
    expect(routed([])).toEqual({ now: all, digest: false });
  });

  test("are followed all, each channel once and in one order", () => {
    const routes = [{ channels: ["slack"] }, { channels: ["slack", "teams"] }];
    expect(routed(routes)).toEqual({ now: ["teams", "slack"], digest: false });
  });

  test("into the digest gather, and name no channel by themselves", () => {
    expect(routed([{ channels: ["slack"], digest: true }])).toEqual({ now: [], digest: true });
    expect(routed([{ channels: ["slack"], digest: true }, { channels: ["email"] }])).toEqual({
      now: ["email"],
      digest: true,
    });
  });

  test.each<[object, object, Severity, boolean]>([
    [{ minSeverity: "warning" }, {}, "info", false],
    [{ minSeverity: "warning" }, {}, "warning", true],
    [{ kinds: ["run"] }, { kind: "run" }, "info", true],
    [{ kinds: ["run"] }, { kind: "order" }, "info", false],
    [{ kinds: ["other"] }, {}, "info", true],
    [{ taskIds: ["trend"] }, { taskId: "trend" }, "info", true],
    [{ taskIds: ["trend"] }, { taskId: "other" }, "info", false],
    [{ taskIds: ["trend"] }, {}, "info", false],
    [{ kinds: ["run"], taskIds: ["trend"] }, { kind: "run", taskId: "other" }, "info", false],
  ])("%j of %j at %s fits: %s", (route, notification, severity, fits) => {
    const found = routed([{ channels: ["slack"], ...route }], notification, severity);
    expect(found).toEqual({ now: fits ? ["slack"] : [], digest: false });
  });
});

describe("a channel that takes nothing", () => {
  const failing = (...names: readonly ChannelName[]) =>
    Object.fromEntries(names.map((name) => [name, { since: now, retryAt: at("2026-06-15T14:00:00.001Z") }]));

  test.each<[readonly ChannelName[], readonly ChannelName[], readonly ChannelName[]]>([
    [["slack", "email"], [], ["slack", "email"]],
    [["slack", "email"], ["slack"], ["email"]],
    [["slack"], ["slack"], ["teams"]],
    [["slack"], ["teams", "slack"], ["email"]],
    [["slack"], ["teams", "slack", "email"], ["slack"]],
    [["webhook"], [], ["teams"]],
    [["webhook"], ["teams", "slack", "email"], ["teams"]],
    [[], [], []],
  ])("%j, of which %j fail, go to %j", (wanted, failed, expected) => {
    expect(reachable(wanted, all, failing(...failed), now)).toEqual(expected);
  });

  test("is tried again once its time has come, and where nothing is configured nothing is told", () => {
    const over = { slack: { since: now, retryAt: now } };
    expect(reachable(["slack"], all, over, now)).toEqual(["slack"]);
    expect(reachable(["slack"], [], {}, now)).toEqual([]);
  });
});
