-- Sends prepared bodies of increaseCredit, one a line of a file, each once; the file may be begun again only if that is asked for.
-- What comes in the first seconds does not count. wrk -s wrk.lua <url> -- <file> <offset in bytes> <again | once> <first seconds>

local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } moment; int clock_gettime(int clock, moment *now);")
local CLOCK_MONOTONIC = 1
local moment = ffi.new("moment")

local file, again, begin
offset, good, busy, bad, ran_out, made, refused = 0, 0, 0, 0, 0, 0, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

local function now()
  ffi.C.clock_gettime(CLOCK_MONOTONIC, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function init(args)
  file = assert(io.open(args[1], "rb"))
  offset = tonumber(args[2])
  again = args[3] == "again"
  lead_in = tonumber(args[4])
  begin = now() + lead_in
  file:seek("set", offset)
  wrk.headers["Content-Type"] = "application/json"
  head = "POST /increaseCredit HTTP/1.1\r\nHost: " .. wrk.headers["Host"] ..
    "\r\nContent-Type: application/json\r\nContent-Length: "
end

function request()
  local body = file:read("*l")
  if not body then
    if not again then
      ran_out = 1
      wrk.thread:stop()
    end
    offset = 0
    file:seek("set", 0)
    body = file:read("*l")
  end
  offset = offset + #body + 1
  return head .. #body .. "\r\n\r\n" .. body
end

-- Every answer is looked at: a fast refusal is not what is measured.
function response(status, headers, body)
  if begin and now() >= begin then
    begin = nil
    good, busy = 0, 0
  end
  if status == 200 and string.find(body, '"status":200[,}]') then
    good = good + 1
    made = made + 1
  elseif status == 200 and string.find(body, '"status":4003[,}]') then
    busy = busy + 1
    refused = refused + 1
  else
    bad = bad + 1
    if bad == 1 then bad_text = status .. " " .. body end
  end
end

function done(summary, latency, requests)
  local thread = threads[1]
  local errors = summary.errors
  io.write(string.format(
    "\nresult %d %d %d %d %d %d %d %d %d %d %d %d %d\n",
    thread:get("good"), thread:get("busy"), thread:get("bad"), summary.duration - 1e6 * thread:get("lead_in"),
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), errors.timeout,
    errors.connect + errors.read + errors.write, thread:get("offset"), thread:get("ran_out"), thread:get("made"),
    thread:get("refused")))
  if thread:get("bad") > 0 then io.write("bad answer: ", thread:get("bad_text"), "\n") end
end
