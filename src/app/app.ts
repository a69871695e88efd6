// The app, wired from its ports: the one list of what it needs and what it offers.
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContractCanary } from "../ports/contractCanary.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { Channel } from "../ports/notifier.ts";
import type { OutsideMonitor } from "../ports/outsideMonitor.ts";
import type { NotificationQueue, QueueWatch, RunQueue } from "../ports/queues.ts";
import type { Stores } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { createAssetBook } from "./assetBook.ts";
import { withAudit } from "./auditedExecutions.ts";
import { type AuditService, createAuditService } from "./auditService.ts";
import { type AutoTradingScheduler, createAutoTradingScheduler } from "./autoTradingScheduler.ts";
import { createBarBook } from "./barBook.ts";
import { createBreakerKeeper } from "./breakerKeeper.ts";
import { createCalendarKeeper, withCalendar } from "./calendarKeeper.ts";
import { createChannelHealth } from "./channelHealth.ts";
import { createConfigImporter } from "./configImporter.ts";
import { type ConfigService, createConfigService } from "./configService.ts";
import { type ControlService, createControlService } from "./controlService.ts";
import { createDataFetcher } from "./dataFetcher.ts";
import { createDriftResponse } from "./driftResponse.ts";
import { createDueTasks } from "./dueTasks.ts";
import { createExitKeeper } from "./exitKeeper.ts";
import { createHealthService, type HealthService } from "./healthService.ts";
import { createHeartbeatPush, type HeartbeatPush } from "./heartbeatPush.ts";
import { createHistoryKeeper } from "./historyKeeper.ts";
import { createIntradayRecorder } from "./intradayRecorder.ts";
import { createLostRuns } from "./lostRuns.ts";
import { createMorningKeeper, type MorningKeeper } from "./morningKeeper.ts";
import { createNotificationManager, type NotificationManager } from "./notificationManager.ts";
import { createNotificationService, type NotificationService } from "./notificationService.ts";
import { createNotificationSweeper, type NotificationSweeper } from "./notificationSweeper.ts";
import { createOrderExecutor } from "./orderExecutor.ts";
import { createOrderResolver, type OrderResolver } from "./orderResolver.ts";
import { createOrderSender } from "./orderSender.ts";
import { createOutbox } from "./outbox.ts";
import { createPreflightService, type PreflightService } from "./preflightService.ts";
import { createRealtimeMonitor, type RealtimeMonitor } from "./realtimeMonitor.ts";
import { withRequestBudget } from "./requestBudget.ts";
import { createRunByHand } from "./runByHand.ts";
import { createRunCloser } from "./runCloser.ts";
import { createRunDelivery, type RunDelivery } from "./runDelivery.ts";
import { createSchedulerService, type SchedulerService } from "./schedulerService.ts";
import { createScopeCheck } from "./scopeCheck.ts";
import { createSectionJudge } from "./sectionJudge.ts";
import { createSettingsService, type SettingsService } from "./settingsService.ts";
import { createSlotService, type SlotService } from "./slotService.ts";
import { createTaskJudge } from "./taskJudge.ts";
import { createTaskManager } from "./taskManager.ts";
import { createTaskService, type TaskService } from "./taskService.ts";
import { createTradingHalt } from "./tradingHalt.ts";
import { createTroubleWatch } from "./troubleWatch.ts";
import { createWhatIf, type WhatIf } from "./whatIf.ts";

export type AppPorts = Stores & {
  readonly mode: "paper" | "live";
  /** The account that must answer; where undefined, whichever the keys belong to. */
  readonly expectedAccountId: string | undefined;
  /** The app's own version, told with its status. */
  readonly version: string;
  readonly broker: Broker;
  readonly marketData: MarketData;
  readonly runs: RunQueue;
  readonly notifications: NotificationQueue;
  readonly queueWatch: QueueWatch;
  readonly canary: ContractCanary;
  /** Where people are told. Without one, notifications are logged and listed only. */
  readonly channels: readonly Channel[];
  readonly outsideMonitor?: OutsideMonitor | undefined;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
};

/** What the triggers call: one entry per door. */
export type App = Pick<Stores, "tasks" | "executions" | "control" | "settings" | "audit" | "slots"> & {
  readonly realtimeMonitor: RealtimeMonitor;
  readonly orderResolver: OrderResolver;
  readonly scheduler: AutoTradingScheduler;
  readonly heartbeatPush: HeartbeatPush;
  readonly schedulerService: SchedulerService;
  readonly controlService: ControlService;
  readonly taskService: TaskService;
  readonly settingsService: SettingsService;
  readonly slotService: SlotService;
  readonly configService: ConfigService;
  readonly runDelivery: RunDelivery;
  readonly notificationManager: NotificationManager;
  readonly notificationSweeper: NotificationSweeper;
  readonly notificationService: NotificationService;
  readonly auditService: AuditService;
  readonly whatIf: WhatIf;
  readonly healthService: HealthService;
  readonly preflightService: PreflightService;
  readonly morningKeeper: MorningKeeper;
};

export function createApp(given: AppPorts): App {
  const outbox = createOutbox(given);
  const broker = withRequestBudget(given.broker, given.clock);
  const executions = withAudit(given.executions, given.audit, given.clock);
  const ports = { ...given, broker, executions, settings: withCalendar(given.settings) };
  // What an operator keeps: the settings as they are stored, not as the calendar narrows them.
  const kept = { ...ports, settings: given.settings };
  const assets = broker.spare;
  const calendarKeeper = createCalendarKeeper({ ...ports, outbox });
  const runCloser = createRunCloser({ ...ports, outbox });
  const dataFetcher = createDataFetcher({
    ...ports,
    assetBook: createAssetBook(ports),
    barBook: createBarBook(ports),
  });
  const orderSender = createOrderSender(ports);
  const exitKeeper = createExitKeeper({ ...ports, orderSender });
  const orderExecutor = createOrderExecutor({ ...ports, orderSender, exitKeeper });
  const taskManager = createTaskManager({ ...ports, dataFetcher, orderExecutor, runCloser });
  const orderResolver = createOrderResolver({ ...ports, outbox });
  const tradingHalt = createTradingHalt(ports);
  const controlService = createControlService({
    ...ports,
    tradingHalt,
    scopeCheck: createScopeCheck({ ...ports, assets }),
    outbox,
  });
  const dueTasks = createDueTasks({ ...ports, outbox });
  const configImporter = createConfigImporter(kept);
  const taskJudge = createTaskJudge({ ...ports, assets });
  const sectionJudge = createSectionJudge({ ...ports, assets });
  const preflightService = createPreflightService(ports);
  const runByHand = createRunByHand({ ...ports, dataFetcher });
  const schedulerService = createSchedulerService(ports);
  const channelHealth = createChannelHealth({ ...ports, outbox });
  const realtimeMonitor = createRealtimeMonitor({
    ...ports,
    lostRuns: createLostRuns({ ...ports, taskManager, runCloser }),
    orderResolver,
    tradingHalt,
    driftResponse: createDriftResponse({ ...ports, outbox }),
    breakerKeeper: createBreakerKeeper({ ...ports, controlService, outbox }),
    intradayRecorder: createIntradayRecorder(ports),
    calendarKeeper,
    historyKeeper: createHistoryKeeper(ports),
  });
  return {
    realtimeMonitor,
    orderResolver,
    tasks: ports.tasks,
    executions,
    control: ports.control,
    settings: given.settings,
    audit: ports.audit,
    slots: ports.slots,
    controlService,
    taskService: createTaskService({ ...ports, configImporter, taskJudge, runByHand }),
    settingsService: createSettingsService({ ...kept, configImporter, sectionJudge }),
    slotService: createSlotService({ ...ports, dueTasks }),
    configService: createConfigService({ ...kept, configImporter, assets }),
    scheduler: createAutoTradingScheduler({ ...ports, dueTasks, configImporter, controlService, runCloser }),
    heartbeatPush: createHeartbeatPush(ports),
    schedulerService,
    runDelivery: createRunDelivery({ ...ports, taskManager, runCloser, realtimeMonitor }),
    notificationManager: createNotificationManager({ ...ports, channelHealth }),
    notificationSweeper: createNotificationSweeper({
      ...ports,
      schedulerService,
      troubleWatch: createTroubleWatch(ports),
    }),
    notificationService: createNotificationService(ports),
    auditService: createAuditService(ports),
    whatIf: createWhatIf(ports),
    healthService: createHealthService(ports),
    preflightService,
    morningKeeper: createMorningKeeper({ ...ports, preflightService }),
  };
}
