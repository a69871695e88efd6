// What a function gets of a Service Bus message, before the functions library camel-cases and parses it.
import { expect, test } from "vitest";
import { batchMessageData, singleMessageData } from "../../../../src/local/functionsHost/serviceBus/messageData.ts";

const body = (text: string) => ({ body: Buffer.from(text) });

test.each<[what: string, body: object, expected: object]>([
  ["a text", { messageId: "body-id" }, { messageId: { string: "body-id" } }],
  ["a number", { deliveryCount: 99 }, { deliveryCount: { json: "99" } }],
  ["a name in another case", { MessageID: "body-id" }, { messageId: { string: "body-id" } }],
  ["an object", { run: { a: 1 } }, { run: { json: '{"a":1}' } }],
  ["a date, in another form", { at: "2024-01-02T03:04:05Z" }, { at: { string: "01/02/2024 03:04:05" } }],
  ["null, which is left out", { messageId: null }, { messageId: { string: "m1" } }],
])("a key of a JSON body wins over the metadata of that name: %s", (_, content, expected) => {
  const { metadata } = singleMessageData(
    { ...body(JSON.stringify(content)), messageId: "m1", deliveryCount: 0 },
    undefined,
  );
  expect(metadata).toMatchObject(expected);
});

test("counts deliveries from one and names no expiry without a time to live", () => {
  const { metadata } = singleMessageData({ ...body("text"), deliveryCount: 0 }, undefined);
  expect(metadata).toMatchObject({
    deliveryCount: { json: "1" },
    expiresAtUtc: { string: "9999-12-31T23:59:59.9999999" },
    expiresAt: { string: "9999-12-31T23:59:59.9999999+00:00" },
  });
});

test("hands bytes to a binding of dataType binary", () => {
  expect(singleMessageData(body("text"), "binary").data).toEqual({ bytes: Buffer.from("text") });
});

test("a batch is an array of JSON bodies, and its metadata are arrays without what is absent", () => {
  const { data, metadata, fault } = batchMessageData(
    [
      { ...body('{"a":1}'), messageId: "m1", deliveryCount: 0, contentType: "application/json" },
      { ...body("2"), messageId: "m2", deliveryCount: 1 },
    ],
    undefined,
  );
  expect({ data, fault }).toEqual({ data: { json: '[{"a":1},2]' }, fault: undefined });
  expect(metadata).toMatchObject({
    messageIdArray: { json: '["m1","m2"]' },
    deliveryCountArray: { json: "[1,2]" },
    contentTypeArray: { json: '["application/json"]' },
  });
});

test("a batch with a body that is no JSON cannot be bound", () => {
  expect(batchMessageData([body("1,2"), body("3")], undefined).fault?.message).toContain("Json.NET serialization");
  expect(batchMessageData([body("1,2")], "string")).toMatchObject({ data: { collectionString: { string: ["1,2"] } } });
});
