// Metrics, read off events as the catalogue says.
import type { Attributes, Meter } from "@opentelemetry/api";
import type { EventName } from "../../core/telemetry/events.ts";
import { isCounted, type Metric, metrics } from "../../core/telemetry/metrics.ts";
import type { Fields } from "./redact.ts";

type Instrument = { readonly metric: Metric; readonly record: (value: number, attributes: Attributes) => void };

/** Takes each event. With each tick every counter says 0, so that an alert sees that what it was about is over. */
export function createEventMetrics(meter: Meter): (name: EventName, fields: Fields) => void {
  const instruments = Object.entries<Metric>(metrics).map(([name, metric]) => instrumentOf(meter, name, metric));
  return (name, fields) => {
    for (const { metric, record } of instruments) {
      const counts = isCounted(metric, name, fields);
      if (name === "tick" && metric.kind === "counter" && !counts) record(0, {});
      if (!counts) continue;
      const value = metric.value === undefined ? 1 : numberOf(fields[metric.value]);
      if (value !== undefined) record(value, attributesOf(metric, fields));
    }
  };
}

function instrumentOf(meter: Meter, name: string, metric: Metric): Instrument {
  const options = { unit: metric.unit, description: metric.says };
  switch (metric.kind) {
    case "counter": {
      const counter = meter.createCounter(name, options);
      return { metric, record: (value, attributes) => counter.add(value, attributes) };
    }
    case "histogram": {
      const histogram = meter.createHistogram(name, options);
      return { metric, record: (value, attributes) => histogram.record(value, attributes) };
    }
    case "gauge": {
      const gauge = meter.createGauge(name, options);
      return { metric, record: (value, attributes) => gauge.record(value, attributes) };
    }
  }
}

const numberOf = (value: Fields[string]): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;

const attributesOf = ({ attributes }: Metric, fields: Fields): Attributes =>
  Object.fromEntries(attributes.map((name) => [name, String(fields[name] ?? "")]));
