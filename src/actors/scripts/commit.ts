/**
 * KEYS  1 record  2 history  3 seen  4 outbox  5 timers  6 running  7 index
 * ARGV  1 request (JSON, see CommitRequest)  2 snapshot (JSON, opaque)  3 key prefix of the partition
 *
 * Reply  {'ok', head, nowMs, numbers JSON}      everything is written
 *        {'verdicts', JSON list}                nothing is written: what each event is at this head
 *        {'conflict'}                           nothing is written: another commit came first
 *        {'exists'} {'absent'} {'orphan'}       a start of what is there, an event to what is not, a child unwanted
 *        {'ended', status}                      nothing is written: the actor listens no more
 *
 * Keeps invariants 1, 2, 5 and 7: one commit per (actor, seq) by comparing the whole head; snapshot, history, outbox,
 * timers and the events' ids in one write; each event judged on what its predecessors in the batch left (R9); a result's
 * fence goes even if the machine ignores it (R12); a timer is due by Redis's clock (R13); a stop ends the whole family
 * in the parent's own commit (R5); creating a child checks the parent's fence (R7).
 */
export const commitScript = `
local record, history, seen, outbox, timers, running, index = unpack(KEYS)
local request = cjson.decode(ARGV[1])
local prefix = ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local status = redis.call('HGET', record, 'status')
if request.create then
  if status then return {'exists'} end
  if request.parent then
    local parent = prefix .. 'a:' .. request.parent.actor
    if redis.call('HEXISTS', parent, 'f:' .. request.parent.fence) == 0 then return {'orphan'} end
  end
else
  if not status then return {'absent'} end
  if status ~= 'active' then return {'ended', status} end
  local stored = redis.call('HMGET', record, 'head', 'machine', 'version')
  if stored[1] ~= request.head or stored[2] ~= request.machine or stored[3] ~= request.version then
    return {'conflict'}
  end
end

local changed = {}
local function live(fence)
  if changed[fence] ~= nil then return changed[fence] end
  return redis.call('HEXISTS', record, 'f:' .. fence) == 1
end

local known, taken = {}, {}
local function judge(event)
  if event.fence then
    if not live(event.fence) then return 'stale' end
    if event.timer then
      local due = redis.call('ZSCORE', timers, event.fence)
      if due and tonumber(due) > now then return 'early' end
    end
    return 'go'
  end
  if event.key then
    if event.keyAt < now - request.horizonMs then return 'too-old' end
    if known[event.key] or redis.call('HEXISTS', record, 'k:' .. event.key) == 1 then return 'duplicate' end
    known[event.key] = true
    return 'go'
  end
  if event.from then
    local last = taken[event.from] or tonumber(redis.call('HGET', record, 'rx:' .. event.from) or '0')
    if event.number <= last then return 'duplicate' end
    if event.number > last + 1 then return 'later' end
    taken[event.from] = event.number
    return 'go'
  end
  return 'go'
end

local verdicts, agreed = {}, true
for i, event in ipairs(request.events) do
  verdicts[i] = judge(event)
  if verdicts[i] ~= 'go' then agreed = false end
  if event.fence then changed[event.fence] = false end
  for _, fence in ipairs(event.add or {}) do changed[fence.id] = true end
  for _, id in ipairs(event.remove or {}) do changed[id] = false end
end
if not agreed then return {'verdicts', cjson.encode(verdicts)} end

local function stop(actor)
  local key = prefix .. 'a:' .. actor
  if redis.call('HGET', key, 'status') ~= 'active' then return end
  local fields = redis.call('HGETALL', key)
  local writing = false
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 2) == 'f:' then
      local id = string.sub(fields[i], 3)
      local fence = cjson.decode(fields[i + 1])
      if fence.kind == 'child' then stop(id) end
      if fence.kind == 'effect' and fence.irreversible then
        writing = true
        -- The phase stands last and the rest is not this script's to encode again: an empty list would become an object.
        local revoking = string.gsub(fields[i + 1], '"phase":"live"}$', '"phase":"revoking"}')
        redis.call('HSET', key, fields[i], revoking)
        redis.call('HDEL', outbox, id)
        local entry = {kind = 'revoke', fence = id, src = fence.src, queue = fence.queue}
        redis.call('HSET', outbox, id .. '.revoke', '0|' .. now .. '|' .. cjson.encode(entry))
      else
        redis.call('HDEL', key, fields[i])
        redis.call('HDEL', outbox, id)
        redis.call('ZREM', timers, id)
      end
    end
  end
  redis.call('HSET', key, 'status', writing and 'stopping' or 'stopped')
  if not writing then redis.call('ZREM', running, actor) end
end

local function unfence(id)
  local stored = redis.call('HGET', record, 'f:' .. id)
  if not stored then return end
  redis.call('HDEL', record, 'f:' .. id)
  if cjson.decode(stored).kind == 'timer' then
    redis.call('ZREM', timers, id)
  else
    redis.call('HINCRBY', record, 'fences', -1)
    redis.call('HDEL', outbox, id)
    stop(id)
  end
end

if request.create then
  redis.call('HSET', record, 'machine', request.machine, 'version', request.version, 'fences', 0, 'status', 'active')
  if request.parent then redis.call('HSET', record, 'parent', cjson.encode(request.parent)) end
end

local numbers = {}
for _, event in ipairs(request.events) do
  if event.fence then unfence(event.fence) end
  if event.key then
    redis.call('HSET', record, 'k:' .. event.key, event.entry and 'applied' or 'ignored')
    redis.call('ZADD', seen, now, event.key)
  end
  if event.from then redis.call('HSET', record, 'rx:' .. event.from, event.number) end
  for _, id in ipairs(event.remove or {}) do unfence(id) end
  for _, fence in ipairs(event.revoke or {}) do redis.call('HSET', record, 'f:' .. fence.id, fence.value) end
  for _, fence in ipairs(event.add or {}) do
    redis.call('HSET', record, 'f:' .. fence.id, fence.value)
    if fence.delayMs then
      redis.call('ZADD', timers, now + fence.delayMs, fence.id)
    else
      redis.call('HINCRBY', record, 'fences', 1)
    end
  end
  for _, out in ipairs(event.outbox or {}) do
    local number = 0
    if out.to then
      number = redis.call('HINCRBY', record, 'tx:' .. out.to, 1)
      numbers[out.id] = number
    end
    redis.call('HSET', outbox, out.id, number .. '|' .. now .. '|' .. out.value)
  end
  if event.entry then redis.call('RPUSH', history, now .. '|' .. event.entry) end
end
redis.call('LTRIM', history, -request.historyLimit, -1)

local old = redis.call('ZRANGE', seen, '-inf', now - request.horizonMs, 'BYSCORE', 'LIMIT', 0, 100)
for _, key in ipairs(old) do
  redis.call('HDEL', record, 'k:' .. key)
  redis.call('ZREM', seen, key)
end

local head = request.head
if request.next then
  head = request.next.head
  local value = redis.call('HGET', record, 'value')
  redis.call('HSET', record, 'head', head, 'snapshot', ARGV[2], 'value', request.next.value,
    'status', request.next.status)
  if value ~= request.next.value then redis.call('HSET', record, 'since', now) end
  if request.next.output then redis.call('HSET', record, 'output', request.next.output) end
  if request.next.error then redis.call('HSET', record, 'error', request.next.error) end
  redis.call('ZADD', index, now, request.machine .. '|' .. request.actor)
  if request.next.status ~= 'active' then
    local fields = redis.call('HKEYS', record)
    for _, field in ipairs(fields) do
      if string.sub(field, 1, 2) == 'f:' then unfence(string.sub(field, 3)) end
    end
  end
end
if tonumber(redis.call('HGET', record, 'fences')) > 0 then
  redis.call('ZADD', running, 'NX', now, request.actor)
else
  redis.call('ZREM', running, request.actor)
end
return {'ok', head, tostring(now), cjson.encode(numbers)}
`;
