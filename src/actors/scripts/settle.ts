/**
 * KEYS  1 record  2 running
 * ARGV  1 effect id  2 actor
 *
 * Reply  'settled' or 'stale'. The sink's last word for an actor that was stopped while it was writing: nothing
 * transitions any more, the fence goes, and with the last one the actor is stopped (revoke together with a stop).
 */
export const settleScript = `
if redis.call('HGET', KEYS[1], 'status') ~= 'stopping' then return 'stale' end
if redis.call('HDEL', KEYS[1], 'f:' .. ARGV[1]) == 0 then return 'stale' end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'f:' then return 'settled' end
end
redis.call('HSET', KEYS[1], 'status', 'stopped', 'fences', 0)
redis.call('ZREM', KEYS[2], ARGV[2])
return 'settled'
`;
