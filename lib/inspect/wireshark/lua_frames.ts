/**
 * How the dissector finds frames in a stream and shows them, in Lua 5.2 to 5.4.
 *
 * @module
 */

/** Comes behind the definitions of messages. @see LUA_FIELDS */
export const LUA_FRAMES: string = String.raw`
local HEADER = 6
local MOST_TLVS = 256
-- Bytes of TLVs behind a message that are still likely, where it is guessed what a stream is.
local LIKELY_TLVS = 1024

local F = {
  extension = registered(ProtoField.uint16("sv2.extension_type", "extension_type", base.HEX, nil, 0x7fff, "Which extension defines the message")),
  channel_msg = registered(ProtoField.bool("sv2.channel_msg", "channel_msg", 16, nil, 0x8000, "The payload starts with a channel_id")),
  msg_type = registered(ProtoField.uint8("sv2.msg_type", "msg_type", base.HEX, nil, nil, "Which message it is")),
  msg_length = registered(ProtoField.uint24("sv2.msg_length", "msg_length", base.DEC, nil, nil, "Bytes of the payload")),
  message = registered(ProtoField.string("sv2.message", "message", base.UNICODE, "Name of the message")),
  payload = registered(ProtoField.bytes("sv2.payload", "payload", base.NONE, "Of a message that is not known")),
  not_read = registered(ProtoField.bytes("sv2.not_read", "not read", base.NONE, "Reading stopped before")),
  rest = registered(ProtoField.bytes("sv2.rest", "rest", base.NONE, "To be ignored")),
  tlv_extension = registered(ProtoField.uint16("sv2.tlv.extension_type", "extension_type", base.HEX, nil, nil, "Which extension the field belongs to")),
  tlv_type = registered(ProtoField.uint8("sv2.tlv.field_type", "field_type", base.HEX, nil, nil, "Which of the extension's fields it is")),
  tlv_value = registered(ProtoField.bytes("sv2.tlv.value", "value", base.NONE, "Of a field that is not known")),
}

local E = {
  malformed = ProtoExpert.new("sv2.malformed", "The payload cannot be decoded", expert.group.MALFORMED, expert.severity.ERROR),
  unknown = ProtoExpert.new("sv2.unknown", "Nobody has defined this message", expert.group.UNDECODED, expert.severity.NOTE),
  cut = ProtoExpert.new("sv2.cut", "Not all of the frame is in the capture", expert.group.UNDECODED, expert.severity.WARN),
  channel_bit = ProtoExpert.new("sv2.channel_bit", "The channel bit is not that of the message", expert.group.PROTOCOL, expert.severity.WARN),
  refused = ProtoExpert.new("sv2.refused", "Something was refused", expert.group.RESPONSE_CODE, expert.severity.NOTE),
}

local stream_of = Field.new("tcp.stream")
-- What SetupConnection asked for, by stream: flags mean something else in each protocol.
local protocol_of = {}

function sv2.init()
  protocol_of = {}
end

local function bytes_of_frame(tvb, offset)
  return HEADER + tvb(offset + 3, 3):le_uint()
end

local function known(extension, msg_type)
  return MESSAGES[extension] and MESSAGES[extension][msg_type]
end

local function show_tlvs(cursor, tree)
  for _ = 1, MOST_TLVS do
    local left = cursor.stop - cursor.at
    if left < 5 or cursor.kept - cursor.at < 5 then break end
    local tvb, at = cursor.tvb, cursor.at
    local length = tvb(at + 3, 2):le_uint()
    if left < 5 + length or cursor.kept - at < 5 + length then break end
    local extension, field_type = tvb(at, 2):le_uint(), tvb(at + 2, 1):uint()
    local spec = TLVS[extension] and TLVS[extension][field_type]
    local item = tree:add(tvb(at, 5 + length), "TLV " .. (spec and spec.name or "of an unknown type"))
    item:add_le(F.tlv_extension, tvb(at, 2))
    item:add_le(F.tlv_type, tvb(at + 2, 1))
    item:add(LENGTH, tvb(at + 3, 2), length)
    if spec ~= nil then item:add_packet_field(spec.proto, tvb(at + 5, length), ENC_UTF_8)
    else item:add(F.tlv_value, tvb(at + 5, length)) end
    cursor.at = at + 5 + length
  end
  local left = math.min(cursor.stop, cursor.kept) - cursor.at
  if left > 0 then tree:add(F.rest, cursor.tvb(cursor.at, left)) end
end

local function name_flags(item, range, spec, protocol)
  local names = FLAGS[protocol] and FLAGS[protocol][spec.from]
  if names == nil then return end
  local set, value = {}, range:le_uint()
  for bit = 0, 31 do
    if math.floor(value / 2 ^ bit) % 2 == 1 then set[#set + 1] = names[bit] or ("bit" .. bit) end
  end
  item:append_text(" (" .. (#set == 0 and "none" or table.concat(set, ", ")) .. ")")
end

-- A code goes into the list of packets only if it is made of what codes are made of.
local function code_of(range)
  local code = range ~= nil and range:raw() or ""
  return code:match("^[%w%-]+$") and (" " .. code) or ""
end

local function show_fields(cursor, root, spec)
  local stream = stream_of()
  stream = stream and stream.value
  local seen, protocol = {}, protocol_of[stream]
  for _, f in ipairs(spec.fields) do
    local item, range = f.codec.read(cursor, root, f)
    if item == nil then
      return nil, f.name .. (cursor.path or "")
    end
    seen[f.name] = range
    if f.name == "protocol" then
      protocol = range:uint()
      if stream ~= nil then protocol_of[stream] = protocol end
    elseif f.name == "flags" then
      name_flags(item, range, spec, protocol)
    end
  end
  return seen
end

local function show_message(cursor, root, spec)
  local seen, path = show_fields(cursor, root, spec)
  if seen ~= nil then
    show_tlvs(cursor, root)
    local code = code_of(seen.error_code or seen.reason_code)
    if seen.error_code ~= nil then root:add_proto_expert_info(E.refused, spec.name .. code) end
    return code
  end
  local place = spec.name .. "." .. path .. " at byte " .. (cursor.at - HEADER)
  local left = math.min(cursor.stop, cursor.kept) - cursor.at
  if left > 0 then root:add(F.not_read, cursor.tvb(cursor.at, left)) end
  if cursor.problem == "not in the capture" then
    root:add_proto_expert_info(E.cut, place .. " is not in the capture")
    return " (cut)"
  end
  root:add_proto_expert_info(E.malformed, "Cannot decode " .. place .. ": " .. cursor.problem)
  return " (malformed)"
end

-- A segment can have several frames: each adds its words to the line of the packet.
local function tell(pinfo, text)
  if pinfo.private["sv2"] == nil then
    pinfo.private["sv2"] = "1"
    pinfo.cols.info:set(text)
  else
    pinfo.cols.info:append("; " .. text)
  end
  pinfo.cols.info:fence()
end

local function dissect_frame(tvb, pinfo, tree)
  local root = tree:add(sv2, tvb())
  local kept = tvb:len()
  if kept < HEADER then
    root:add_proto_expert_info(E.cut, "The header is not in the capture")
    return kept
  end
  local head = tvb(0, 2):le_uint()
  local extension, is_channel = head % 0x8000, head >= 0x8000
  local msg_type = tvb(2, 1):uint()
  local spec = known(extension, msg_type)
  root:add_le(F.extension, tvb(0, 2))
  local bit = root:add_le(F.channel_msg, tvb(0, 2))
  local type_item = root:add_le(F.msg_type, tvb(2, 1))
  root:add_le(F.msg_length, tvb(3, 3))
  local stop = math.min(bytes_of_frame(tvb, 0), tvb:reported_len())
  local cursor = { tvb = tvb, at = HEADER, stop = stop, kept = math.min(stop, kept) }
  local channel = is_channel and cursor.kept >= HEADER + 4 and tvb(HEADER, 4):le_uint() or nil
  local title, more = nil, ""
  if spec == nil then
    title = string.format("unknown message ext 0x%04x type 0x%02x", extension, msg_type)
    root:add_proto_expert_info(E.unknown)
    if channel ~= nil then root:add_le(SHORT.channel_id, tvb(HEADER, 4)) end
    if cursor.kept > HEADER then root:add(F.payload, tvb(HEADER, cursor.kept - HEADER)) end
    if cursor.kept < stop then root:add_proto_expert_info(E.cut) end
  else
    title = spec.name
    type_item:append_text(" (" .. spec.name .. ")")
    root:add(F.message, tvb(2, 1), spec.name):set_generated()
    root:add(spec.proto, tvb(2, 1), spec.name):set_hidden(true)
    if is_channel ~= spec.channel then bit:add_proto_expert_info(E.channel_bit) end
    more = show_message(cursor, root, spec)
  end
  if channel ~= nil then title = title .. " ch " .. channel end
  root:append_text(": " .. title .. more)
  tell(pinfo, title .. more)
  return kept
end

-- As long as a frame says it is; where not even that was captured, what there is of its header.
local function frame_size(tvb, _, offset)
  if tvb:len() - offset < HEADER then return HEADER end
  return bytes_of_frame(tvb, offset)
end

function sv2.dissector(tvb, pinfo, tree)
  pinfo.cols.protocol = "SV2"
  dissect_tcp_pdus(tvb, tree, HEADER, frame_size, dissect_frame)
  return tvb:len()
end

-- What seems to be the header of a known message at this place, and where the next frame begins.
local function likely(tvb, at)
  if tvb:len() - at < HEADER then return nil end
  local head = tvb(at, 2):le_uint()
  local spec = known(head % 0x8000, tvb(at + 2, 1):uint())
  if spec == nil or spec.channel ~= (head >= 0x8000) then return nil end
  local length = tvb(at + 3, 3):le_uint()
  if length < spec.least or length > spec.most + LIKELY_TLVS then return nil end
  return spec, at + HEADER + length
end

-- A stream is ours if it begins with SetupConnection, or has nothing but frames for a whole segment.
local function guess(tvb, pinfo, tree)
  local spec, after = likely(tvb, 0)
  if spec == nil then return false end
  local is_setup = spec == MESSAGES[0][0] and tvb:len() >= HEADER + 5 and tvb(HEADER, 1):uint() <= 2
    and tvb(HEADER + 1, 2):le_uint() <= tvb(HEADER + 3, 2):le_uint()
  while not is_setup and after < tvb:len() do
    spec, after = likely(tvb, after)
    if spec == nil then return false end
  end
  if not is_setup and after ~= tvb:len() then return false end
  pinfo.conversation = sv2
  sv2.dissector(tvb, pinfo, tree)
  return true
end

local tcp_ports = DissectorTable.get("tcp.port")
local ports = ""
sv2.prefs.ports = Pref.range("TCP ports", ports, "Where Stratum V2 is spoken without encryption, beside where it is found by itself", 65535)

function sv2.prefs_changed()
  if sv2.prefs.ports == ports then return end
  if ports ~= "" then tcp_ports:remove(ports, sv2) end
  ports = sv2.prefs.ports
  if ports ~= "" then tcp_ports:add(ports, sv2) end
end

sv2.fields = FIELDS
sv2.experts = { E.malformed, E.unknown, E.cut, E.channel_bit, E.refused }
tcp_ports:add_for_decode_as(sv2)
sv2:register_heuristic("tcp", guess)
`;
