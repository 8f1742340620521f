/**
 * SV2 §3.6: what opens a connection of any protocol, and what moves it elsewhere.
 *
 * @module
 */

import { u16, u32, u8 } from "../codec/field.ts";
import { messagesOf, type ValueOf } from "../codec/message.ts";
import { str255 } from "../codec/sequence.ts";

const define = messagesOf("common");

export type SetupConnection = ValueOf<typeof SetupConnection>;
export const SetupConnection = define({
  name: "SetupConnection",
  id: 0x00,
  channel: false,
  from: "client",
  spec: "3.6.1",
  doc: "Opens the protocol, first on every connection: what the client speaks and what it needs",
  fields: {
    protocol: u8("0 mining, 1 job declaration, 2 template distribution; others are refused"),
    minVersion: u16("Oldest protocol version the client speaks"),
    maxVersion: u16("Newest protocol version the client speaks"),
    flags: u32("Features the client requires; what a bit means depends on `protocol`"),
    endpointHost: str255("Host name or address the client dialled"),
    endpointPort: u16("Port the client dialled"),
    vendor: str255("Maker of the device or program; never empty from us"),
    hardwareVersion: str255("Model of the device"),
    firmware: str255("Firmware or program with its version"),
    deviceId: str255("Serial number; empty unless the owner agreed to telemetry"),
  },
});

export type SetupConnectionSuccess = ValueOf<typeof SetupConnectionSuccess>;
export const SetupConnectionSuccess = define({
  name: "SetupConnection.Success",
  id: 0x01,
  channel: false,
  from: "server",
  spec: "3.6.2",
  doc: "Accepts the connection",
  fields: {
    usedVersion: u16("Protocol version from here on, within the client's range"),
    flags: u32("Features the server requires; what a bit means depends on the protocol"),
  },
});

export type SetupConnectionError = ValueOf<typeof SetupConnectionError>;
export const SetupConnectionError = define({
  name: "SetupConnection.Error",
  id: 0x02,
  channel: false,
  from: "server",
  spec: "3.6.3",
  doc: "Refuses the connection, which the server then closes",
  fields: {
    flags: u32("Every requested feature the server lacks; 0 if that is not the reason"),
    errorCode: str255("Why, for people and logs; no control characters (SV2 §3.5)"),
  },
});

export type ChannelEndpointChanged = ValueOf<typeof ChannelEndpointChanged>;
export const ChannelEndpointChanged = define({
  name: "ChannelEndpointChanged",
  id: 0x03,
  channel: true,
  from: "server",
  spec: "3.6.4",
  doc: "Another endpoint now serves the channel, so what extensions keep for it starts afresh",
  fields: {
    channelId: u32("Channel that moved"),
  },
});

export type Reconnect = ValueOf<typeof Reconnect>;
export const Reconnect = define({
  name: "Reconnect",
  id: 0x04,
  channel: false,
  from: "server",
  spec: "3.6.5",
  doc: "Sends the client to another address with the same authority key; proxies do not pass it on",
  fields: {
    newHost: str255("Host to dial; empty keeps the present one"),
    newPort: u16("Port to dial; 0 keeps the present one"),
  },
});
