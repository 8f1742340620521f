/**
 * How the dissector reads the data types of SV2 §3.1, in Lua 5.2 to 5.4, whichever Wireshark has. A
 * field is made once and told what it reads; nothing raises an error for what a peer sent.
 *
 * @module
 */

/** Comes before the definitions of messages, which call what is at its end. */
export const LUA_FIELDS: string = String.raw`
local sv2 = Proto("sv2", "Stratum V2")

-- Wireshark is told of all fields at once, at the end.
local FIELDS = {}

local function registered(field)
  FIELDS[#FIELDS + 1] = field
  return field
end

local LENGTH = registered(ProtoField.uint32("sv2.length", "length", base.DEC, nil, nil, "Bytes that follow"))
local COUNT = registered(ProtoField.uint32("sv2.count", "count", base.DEC, nil, nil, "Elements that follow"))

-- The next bytes of a payload, or nil where it ends before.
local function take(cursor, size)
  local at = cursor.at
  if size > cursor.stop - at then
    cursor.problem = "truncated"
    return nil
  end
  if size > cursor.kept - at then
    cursor.problem = "not in the capture"
    return nil
  end
  cursor.at = at + size
  return cursor.tvb(at, size)
end

-- A length or a count, and where it is.
local function number(cursor, size)
  local range = take(cursor, size)
  if range == nil then return nil end
  return range:le_uint(), range
end

local function hexadecimal(raw)
  return (raw:gsub(".", function(byte) return string.format("%02x", byte:byte()) end))
end

-- Puts a value into the tree, and once more, hidden, under the name that all messages share.
local function show(tree, field, range)
  local leaf = field.leaf
  local item = leaf.add(tree, field.proto, range)
  if leaf.note ~= nil then leaf.note(item, range) end
  if field.unit == "Unix s" then
    item:append_text(os.date(" (%Y-%m-%dT%H:%M:%SZ)", range:le_uint()))
  elseif field.unit ~= nil then
    item:append_text(" " .. field.unit)
  end
  if field.short ~= nil then leaf.add(tree, field.short, range):set_hidden(true) end
  return item, range
end

local function add_le(tree, proto, range)
  return tree:add_le(proto, range)
end

local function add_bytes(tree, proto, range)
  return tree:add(proto, range)
end

-- A reader answers with the item and its bytes, or with nil after it has said what is wrong.
local function fixed(size, make, add, note)
  local codec = { min = size, make = make, add = add, note = note }
  function codec.read(cursor, tree, field)
    local range = take(cursor, size)
    if range == nil then return nil end
    return show(tree, field, range)
  end
  codec.leaf = codec
  return codec
end

local function sized(prefix, most, make, add)
  local codec = { min = prefix, make = make, add = add }
  function codec.read(cursor, tree, field)
    local length, place = number(cursor, prefix)
    if length == nil then return nil end
    if length > most then
      cursor.problem = "too-long"
      return nil
    end
    local range = take(cursor, length)
    if range == nil then return nil end
    tree:add(LENGTH, place, length):set_hidden(true)
    return show(tree, field, range)
  end
  codec.leaf = codec
  return codec
end

-- What definitions are written in.

local function boolean()
  return fixed(1, function(filter, name, doc)
    return ProtoField.bool(filter, name, 8, nil, 1, doc)
  end, add_le)
end

local function uint(bits, names, is_hex)
  local make = ProtoField["uint" .. bits]
  return fixed(bits / 8, function(filter, name, doc)
    return make(filter, name, is_hex and base.HEX or base.DEC, names, nil, doc)
  end, add_le)
end

local function u64()
  return fixed(8, function(filter, name, doc)
    return ProtoField.uint64(filter, name, base.DEC, nil, nil, doc)
  end, add_le)
end

local function f32()
  return fixed(4, function(filter, name, doc) return ProtoField.float(filter, name, doc) end, add_le)
end

local function make_bytes(filter, name, doc)
  return ProtoField.bytes(filter, name, base.NONE, doc)
end

-- A number of 256 bits, shown with its highest byte first, so that filters can compare.
local function u256()
  return fixed(32, make_bytes, function(tree, proto, range)
    return tree:add(proto, range, range:raw():reverse())
  end, function(item, range)
    local target = 0
    for at = 31, 0, -1 do target = target * 256 + range(at, 1):uint() end
    local difficulty = target == 0 and "infinite" or string.format("%.6g", 65535 * 2 ^ 208 / target)
    item:append_text(" (difficulty " .. difficulty .. ")")
  end)
end

-- A hash in the order of the wire; beside it as explorers show it.
local function hash()
  return fixed(32, make_bytes, add_bytes, function(item, range)
    item:append_text(" (" .. hexadecimal(range:raw():reverse()) .. ")")
  end)
end

local function bytes(prefix, most)
  return sized(prefix, most, make_bytes, add_bytes)
end

local function text()
  return sized(1, 255, function(filter, name, doc)
    return ProtoField.string(filter, name, base.UNICODE, doc)
  end, function(tree, proto, range)
    return (tree:add_packet_field(proto, range, ENC_UTF_8))
  end)
end

local function option(of)
  local codec = { min = 1, leaf = of.leaf }
  function codec.read(cursor, tree, field)
    local count, place = number(cursor, 1)
    if count == nil then return nil end
    if count > 1 then
      cursor.problem = "too-long"
      return nil
    end
    if count == 0 then return tree:add(COUNT, place, 0):set_text(field.name .. ": none") end
    tree:add(COUNT, place, 1):set_hidden(true)
    return of.read(cursor, tree, field)
  end
  return codec
end

local function sequence(prefix, of)
  local codec = { min = prefix, leaf = of.leaf }
  function codec.read(cursor, tree, field)
    local start = cursor.at
    local count, place = number(cursor, prefix)
    if count == nil then return nil end
    if count * of.min > cursor.stop - cursor.at then
      cursor.problem = "truncated"
      return nil
    end
    local elements = tree:add(COUNT, place, count)
    elements:set_text(field.name .. ": " .. count .. (count == 1 and " element" or " elements"))
    for index = 0, count - 1 do
      local item = of.read(cursor, elements, field)
      if item == nil then
        cursor.path = "[" .. index .. "]" .. (cursor.path or "")
        return nil
      end
      item:prepend_text("[" .. index .. "] ")
    end
    elements:set_len(cursor.at - start)
    return elements
  end
  return codec
end

-- The fields that several messages have, and those of one, by the names that filters use.
local SHORT = {}

local function short(name, codec, doc)
  SHORT[name] = registered(codec.make("sv2." .. name, name, doc))
end

local function field(message, name, codec, doc, unit)
  local filter = "sv2." .. message .. "." .. name
  local proto = registered(codec.leaf.make(filter, name, doc))
  return { name = name, codec = codec, leaf = codec.leaf, proto = proto, short = SHORT[name], unit = unit }
end

-- MESSAGES[extension][msg_type]
local MESSAGES = {}

local function message(extension, msg_type, spec)
  spec.proto = registered(ProtoField.string("sv2." .. spec.filter, spec.name, base.UNICODE, spec.doc))
  for i, f in ipairs(spec.fields) do
    spec.fields[i] = field(spec.filter, f[1], f[2], f[3], f[4])
  end
  MESSAGES[extension] = MESSAGES[extension] or {}
  MESSAGES[extension][msg_type] = spec
end

-- TLVS[extension][field_type], and FLAGS[protocol][sender][bit].
local TLVS, FLAGS = {}, {}

local function tlv(extension, field_type, name, doc)
  local proto = registered(ProtoField.string("sv2.tlv." .. name, name, base.UNICODE, doc))
  TLVS[extension] = TLVS[extension] or {}
  TLVS[extension][field_type] = { name = name, proto = proto }
end
`;
