// The exporter to Azure Monitor: traces, logs and metrics to Application Insights. Slow to load, so it is imported only where it is used.
import type { TokenCredential } from "@azure/identity";
import {
  AzureMonitorLogExporter,
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
} from "@azure/monitor-opentelemetry-exporter";
import { context, propagation, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import type { EventSink } from "../system/consoleTelemetry.ts";
import { createEventMetrics } from "./eventMetrics.ts";
import type { Fields, Redaction } from "./redact.ts";

export type Export = {
  readonly sink: EventSink;
  /** Sends what waits. Never throws. */
  flush(): Promise<void>;
};

const severities = { info: SeverityNumber.INFO, warning: SeverityNumber.WARN, error: SeverityNumber.ERROR };

/** Once in a process: it becomes the exporter of every span. `shared` are the fields of the work that goes on, for each span. */
export function startAzureMonitor(options: {
  readonly connectionString: string;
  /** Without one the key in the connection string is all that is shown. */
  readonly credential: TokenCredential | undefined;
  readonly redaction: Redaction;
  readonly version: string;
  readonly shared: () => Fields;
}): Export {
  const { connectionString, credential, redaction, shared } = options;
  const access = { connectionString, disableOfflineStorage: true, ...(credential && { credential }) };
  const resource = resourceFromAttributes({ "service.name": "tradewind", "service.version": options.version });
  // No sampling: an order that was not traced cannot be explained, and there are few.
  const spans = new BasicTracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    spanProcessors: [redacting(redaction, shared), new BatchSpanProcessor(new AzureMonitorTraceExporter(access))],
  });
  trace.setGlobalTracerProvider(spans);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const logs = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new AzureMonitorLogExporter(access) })],
  });
  const logger = logs.getLogger("tradewind");
  const meters = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new AzureMonitorMetricExporter(access) })],
  });
  const measure = createEventMetrics(meters.getMeter("tradewind"));
  return {
    sink: (level, name, fields) => {
      const attributes = { ...withoutGaps(fields), event: name };
      logger.emit({ severityNumber: severities[level], severityText: level, body: name, attributes });
      measure(name, fields);
    },
    flush: async () => {
      await Promise.allSettled([spans.forceFlush(), logs.forceFlush(), meters.forceFlush()]);
    },
  };
}

/** Puts the fields of the work on each span as it begins, and hides on it what must not leave as it ends. */
const redacting = (redaction: Redaction, shared: () => Fields): SpanProcessor => ({
  onStart: (span) => {
    span.setAttributes(withoutGaps(shared()));
  },
  onEnding: (span) => {
    span.setAttributes(withoutGaps(redaction.fields(span.attributes as Fields)));
    const { code, message } = span.status;
    if (message !== undefined) span.setStatus({ code, message: redaction.text(message) });
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
});

const withoutGaps = (fields: Fields): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === null || value === undefined ? [] : [[name, value]])),
  );
